import { expect, it } from 'vitest'
import { shortened } from '../../../../src/dev/demo/provision.ts'

it('tells the changes of a tenant in five lines', () => {
  const printed = [
    '+ API resource Todo API (https://api.example.com/)',
    '+ permission read of Todo API',
    '+ permission write of Todo API',
    '+ role My role for users',
    '+ role My role: read of https://api.example.com/',
    '+ application ChatGPT (Traditional)',
    '+ application Nightly job (MachineToMachine)',
    '+ application Nightly job: role Nightly',
    '+ user alice: role My role',
    '~ Default API none → https://api.example.com/',
    '+ webhook to http://127.0.0.1:8080/.scopegate/logto with 12 events',
    '+ gateway.logto.json: the ids',
    'done: 12 changes',
  ]
  expect(shortened(printed)).toEqual([
    '+ API           Todo API, permission read, permission write, Default API',
    '+ roles         My role: read',
    '+ applications  ChatGPT, Nightly job',
    '+ users         alice: role My role',
    '+ besides       webhook, gateway.logto.json',
  ])
})
