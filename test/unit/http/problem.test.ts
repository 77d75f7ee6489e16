import { describe, expect, it } from 'vitest'
import { type Code, codes } from '../../../src/errors.ts'
import { problem, problemResponse } from '../../../src/http/problem.ts'

describe('a problem', () => {
  it('has the six members and headers that fit', () => {
    const detail = 'Käse "und" Brot'
    const answer = problemResponse(problem('not_found', detail, ['Allow', 'GET']), 'r-1', ['Vary', 'Origin'])
    expect(JSON.parse(answer.body)).toEqual({
      type: 'urn:scopegate:problem:not_found',
      title: codes.not_found.title,
      status: 404,
      detail,
      code: 'not_found',
      requestId: 'r-1',
    })
    expect(answer).toMatchObject({
      status: 404,
      headers: [
        'Content-Type',
        'application/problem+json',
        'Cache-Control',
        'no-store',
        'Allow',
        'GET',
        'Content-Length',
        String(Buffer.byteLength(answer.body)),
        'X-Request-Id',
        'r-1',
        'Vary',
        'Origin',
      ],
    })
  })

  // The keys of `codes` are Code.
  it.each(Object.keys(codes) as Code[])('with the code %s has its status', (code) => {
    const answer = problemResponse(problem(code, 'd'), 'r')
    expect(answer.status).toBe(codes[code].status)
    expect(JSON.parse(answer.body)).toMatchObject({
      code,
      status: codes[code].status,
      title: codes[code].title,
    })
  })
})
