import { expect, test } from 'vitest'
import { notesOf } from '../../../src/config/notes.ts'
import { configOf, fileWith } from '../../support/config.ts'

function notes(publicUrl: string, resource: string, api = ''): string[] {
  const top = publicUrl === '' ? '' : `publicUrl: ${publicUrl}`
  return notesOf(
    configOf(fileWith({ top, api }).replace('resource: https://a.test/', `resource: "${resource}"`)),
  )
}

test.each([
  ['https://b.test/todo', 'has another origin than publicUrl'],
  ['http://a.test/todo', 'has another origin than publicUrl'],
  ['https://a.test/todo?x', 'has a query or a fragment'],
  ['https://a.test/a//b', 'no request can have the path'],
])('no metadata of %s is published, and check says so', (resource, reason) => {
  expect(notes('https://a.test', resource)).toEqual([
    expect.stringMatching(new RegExp(`^no metadata \\(RFC 9728\\) of apis.a: .*${reason}`)),
  ])
})

test('nothing is said where all is well, where it is switched off, and without publicUrl', () => {
  expect(notes('https://a.test', 'https://a.test/todo')).toEqual([])
  expect(notes('https://a.test', 'https://b.test/todo', 'metadata: false')).toEqual([])
  expect(notes('', 'https://b.test/todo')).toEqual([])
})

test('with a path in publicUrl, check says which path must be routed here', () => {
  const metadata = '/.well-known/oauth-protected-resource/base/todo'
  expect(notes('https://a.test/base/', 'https://a.test/base/todo')).toEqual([
    `https://a.test${metadata} must be routed here, as ${metadata}: metadata is looked for at the root, ` +
      'publicUrl has a path',
  ])
})
