import { createStage } from '../../support/stage.ts'
import { common, configOf, type FileCase, type RoutingCase, translate } from './case.ts'
import { marked, markOf, send, titleOf, type VectorRequest } from './request.ts'

type Rule = { readonly id: string; readonly hosts?: readonly string[]; readonly methods?: readonly string[] }
type Case = FileCase & { readonly request: VectorRequest; readonly expect_rule: string }
type Group = { readonly group: string; readonly rules: readonly Rule[]; readonly cases: readonly Case[] }

/** Every route is public, and tells the upstream the rule that it stands for. */
export function agentgateway(): readonly RoutingCase[] {
  return translate<Case, Group>('agentgateway', (one, group) => {
    const config = configs[group.group]?.(group.rules)
    return {
      title: titleOf(one.request),
      expected: one.expect_rule,
      ask:
        config === undefined
          ? undefined
          : async () => markOf(await send(await createStage(config), one.request)),
    }
  })
}

const configs: Readonly<Record<string, (rules: readonly Rule[]) => string>> = {
  hostname: (rules) =>
    configOf({
      apis: Object.fromEntries(rules.map(({ id, hosts }) => [id, api({ '/**': rule(id) }, hosts)])),
    }),
  method: (rules) =>
    configOf({
      apis: {
        one: api({
          '/**': Object.fromEntries(rules.map(({ id, methods = ['any'] }) => [methods.join(', '), rule(id)])),
        }),
      },
    }),
  // `*.example.com` is the same set of hosts as the regular expression, `/api/**` of paths but for `/api`
  // itself.
  'authority-and-scheme': () =>
    configOf({
      apis: {
        rest: api({
          '/**': { POST: rule('method-post'), any: rule('no-headers') },
          '/api/**': rule('path-regex'),
        }),
        exact: api({ '/**': { POST: rule('multiple-pseudo'), any: rule('authority-exact') } }, [
          'api.example.com',
        ]),
        wildcard: api({ '/**': rule('authority-regex') }, ['*.example.com']),
      },
    }),
}

function rule(id: string) {
  return { public: true, ...marked(id) }
}

function api(routes: Readonly<Record<string, unknown>>, hosts?: readonly string[]) {
  return { ...common, routes, ...(hosts && { hosts }) }
}
