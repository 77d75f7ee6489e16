import { exampleResource, managementAccount } from '../logto/data.ts'

/** Everything that the demo chooses anew each time. */
export type DemoPlaces = {
  readonly listen: string
  readonly adminPort: number
  /** Origin of the gateway as the stand-in reaches it. */
  readonly gateway: string
  readonly logto: string
  readonly upstream: string
}

/** The whole configuration of the demo, as an operator would write it. */
export function demoConfig({ listen, adminPort, gateway, logto, upstream }: DemoPlaces): string {
  return `listen: ${listen}
publicUrl: ${gateway}

issuer:
  logto: ${logto}
  client: { id: Gateway, secret: "\${file:secrets/Gateway.secret}" }

apis:
  todo:
    name: Todo API
    resource: ${exampleResource}
    permissions: { read: Read the todos, write: Change the todos }
    clients: [ChatGPT, Nightly job]
    upstream: ${upstream}
    routes:
      /health: public
      /me: authenticated
      /todos:
        GET: read
        POST: write
      /todos/{id}:
        GET: read
        PUT, PATCH, DELETE: write

chatgpt:
  clients: [ChatGPT]
  redirectUris:
    - ${demoRedirectUri}
    - ${doctorRedirectUri}
  openapi: openapi.yaml

logto:
  management:
    id: ${managementAccount.id}
    secret: "\${file:secrets/setup.secret}"
  defaultApi: todo
  roles:
    My role: { todo: read }
    Nightly: { machine: true, todo: read write }
  applications:
    ChatGPT:
      type: traditional
      redirectUris:
        - ${demoRedirectUri}
        - ${doctorRedirectUri}
    Nightly job: { type: machine, roles: [Nightly] }
    Gateway: { type: machine, tokenExchange: true }
  users: { alice: [My role] }
  webhook: { url: "${gateway}/.scopegate/logto" }

revocation:
  webhook:
    path: /.scopegate/logto
    signingKey: "\${file:secrets/webhook.key}"

admin:
  listen: 127.0.0.1:${adminPort}
`
}

/** Where ChatGPT waits for the browser. */
const demoRedirectUri = 'https://chatgpt.example/aip/g-1/oauth/callback'
/** Where `scopegate chatgpt doctor` does. */
const doctorRedirectUri = 'http://127.0.0.1:8765/callback'

/** The line that the second chapter adds. */
export const exchangeLine = 'tokens: { opaque: exchange }'
