import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Provider } from 'oidc-provider'
import { html, sendPage } from '../../stand-in/page.ts'
import type { LogtoData } from '../data.ts'
import { readBody } from '../read-body.ts'

export type Consent = { readonly clientId: unknown; readonly scope: unknown }

/** The page that asks whether a third party may have access: a form with `decision`, `allow` or `deny`. */
export async function consentPage(
  { provider, data }: { readonly provider: Provider; readonly data: LogtoData },
  { clientId, scope }: Consent,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  if (req.method !== 'POST') {
    const name = data.applications.find(({ id }) => id === clientId)?.name ?? ''
    return sendPage(res, 200, 'Authorize', form(name, String(scope ?? '')))
  }
  const fields = new URLSearchParams((await readBody(req)).toString())
  const isAllowed = fields.get('decision') === 'allow'
  const denial = { error: 'access_denied', error_description: 'End-User aborted interaction' }
  await provider.interactionFinished(req, res, isAllowed ? { consent: {} } : denial)
}

const form = (name: string, scope: string) => html`<p class="soft">This page stands in for Logto's.</p>
<p><strong>${name}</strong> asks for access to your account: ${scope}</p>
<form method="post">
  <button name="decision" value="allow">Authorize</button>
  <button name="decision" value="deny">Cancel</button>
</form>`
