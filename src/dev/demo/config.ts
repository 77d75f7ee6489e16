import { exampleResource } from '../logto/data.ts'

/** The whole configuration of the demo, as an operator would write it. */
export function demoConfig(options: {
  readonly listen: string
  readonly adminPort: number
  readonly logto: string
  readonly upstream: string
}): string {
  return `listen: ${options.listen}

issuer:
  logto: ${options.logto}

apis:
  todo:
    resource: ${exampleResource}
    upstream: ${options.upstream}
    routes:
      /health: public
      /me: authenticated
      /todos:
        GET: read
        POST: write
      /todos/{id}:
        GET: read
        PUT, PATCH, DELETE: write

admin:
  listen: 127.0.0.1:${options.adminPort}
`
}
