import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'

const root = join(import.meta.dirname, '..', '..')
const read = (name: string) => readFileSync(join(root, name), 'utf8')

type Service = {
  readonly image: string
  readonly ports?: readonly string[]
  readonly logging?: { readonly options: Record<string, string> }
  readonly profiles?: readonly string[]
}
const services = Object.entries(
  (parse(read('docker-compose.yml'), { merge: true }) as { services: Record<string, Service> }).services,
)

describe('the image', () => {
  it('is made from a base of one version', () => {
    const bases = [...read('Dockerfile').matchAll(/^FROM (\S+:\S+)/gm)].map(([, base]) => base)
    expect(bases).not.toEqual([])
    expect(bases.filter((base) => !/:\d+\.\d+\.\d+-/.test(base ?? ''))).toEqual([])
  })
})

describe('docker-compose.yml', () => {
  it.each(services)('pins the image of %s, where it is not built here', (_, { image }) => {
    expect(image).toMatch(/^scopegate|:(?:\$\{\w+:-)?\d+\.\d+/)
  })

  it.each(services)('publishes the ports of %s on this machine only', (_, { ports = [] }) => {
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([])
  })

  it.each(services)('bounds the log of %s', (_, { logging }) => {
    expect(logging?.options).toMatchObject({ 'max-size': expect.any(String), 'max-file': expect.any(String) })
  })

  it('starts the gateway without any profile', () => {
    const started = services.filter(([, { profiles }]) => profiles === undefined).map(([name]) => name)
    expect(started).toEqual(['gateway', 'legacy-api', 'logto', 'postgres'])
  })
})

describe('the workflows', () => {
  const folder = '.github/workflows'

  it.each(readdirSync(join(root, folder)))('use actions of one commit each: %s', (name) => {
    const used = [...read(join(folder, name)).matchAll(/uses: (\S+)/g)].map(([, action = '']) => action)
    expect(used).not.toEqual([])
    expect(used.filter((action) => !/@[0-9a-f]{40}$/.test(action))).toEqual([])
  })
})
