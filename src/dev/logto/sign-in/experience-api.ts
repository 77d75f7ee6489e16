import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Provider } from 'oidc-provider'
import { isJsonObject } from '../../../issuer/json-object.ts'
import type { LogtoData, User } from '../data.ts'
import { badInput, Refusal, type Reply } from '../management/reply.ts'
import { readBody } from '../read-body.ts'
import { callerOf } from '../webhooks/caller.ts'
import type { Webhooks } from '../webhooks/webhooks.ts'
import { signInEvent } from './sign-in-event.ts'

/** The calls by which Logto's own sign-in page signs a user in. Programs can use them as well as pages. */
export type ExperienceApi = {
  respond(provider: Provider, req: IncomingMessage, res: ServerResponse): Promise<void>
}

type Step = {
  readonly provider: Provider
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly body: Readonly<Record<string, unknown>>
  readonly interaction: Interaction
}

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>

export function createExperienceApi(data: LogtoData, webhooks: Webhooks): ExperienceApi {
  const verified = new Map<string, User>()
  const identified = new Map<string, User>()
  const steps: Readonly<Record<string, (step: Step) => Promise<Reply>>> = {
    'PUT /api/experience': async () => ({ status: 204 }),

    async 'POST /api/experience/verification/password'({ body: { identifier, password }, interaction }) {
      const { type, value } = isJsonObject(identifier) ? identifier : {}
      const user = data.users.find((one) => value === (type === 'email' ? one.email : one.username))
      if (user === undefined || password !== user.password)
        throw new Refusal(
          422,
          'session.invalid_credentials',
          'Incorrect account or password. Please check your input.',
        )
      verified.set(interaction.uid, user)
      return { status: 200, body: { verificationId: interaction.uid } }
    },

    async 'POST /api/experience/identification'({ body: { verificationId }, interaction }) {
      const user = verified.get(String(verificationId))
      if (user === undefined)
        throw new Refusal(404, 'session.verification_session_not_found', 'The verification was not found.')
      if (user.isSuspended === true) throw new Refusal(401, 'user.suspended', 'This account is suspended.')
      identified.set(interaction.uid, user)
      return { status: 204 }
    },

    async 'POST /api/experience/submit'({ provider, req, res, interaction }) {
      const user = identified.get(interaction.uid)
      if (user === undefined)
        throw new Refusal(404, 'session.identifier_not_found', 'User identifier not found.')
      const application = data.applications.find(({ id }) => id === interaction.params['client_id'])
      const redirectTo = await provider.interactionResult(req, res, { login: { accountId: user.id } })
      webhooks.fireInteraction(signInEvent(user, application, callerOf(req)))
      return { status: 200, body: { redirectTo } }
    },

    async 'POST /api/interaction/consent'({ provider, req, res }) {
      return {
        status: 200,
        body: { redirectTo: await provider.interactionResult(req, res, { consent: {} }) },
      }
    },
  }
  return {
    async respond(provider, req, res) {
      const reply = await perform(steps, provider, req, res).catch((error: unknown) => {
        if (error instanceof Refusal) return error.reply
        throw error
      })
      const { status, body } = reply
      const text = body === undefined ? undefined : JSON.stringify(body)
      res.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(text)
    },
  }
}

async function perform(
  steps: Readonly<Record<string, (step: Step) => Promise<Reply>>>,
  provider: Provider,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<Reply> {
  const step = steps[`${req.method} ${req.url}`]
  if (step === undefined) throw new Refusal(404, 'entity.not_found', 'The resource does not exist.')
  const interaction = await provider.interactionDetails(req, res).catch(() => {
    throw new Refusal(400, 'session.not_found', 'Session not found. Please go back and sign in again.')
  })
  return step({ provider, req, res, body: await bodyOf(req), interaction })
}

async function bodyOf(req: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const text = (await readBody(req)).toString()
  try {
    const body: unknown = text === '' ? {} : JSON.parse(text)
    return isJsonObject(body) ? body : {}
  } catch {
    throw badInput('Error in request body: it is no JSON.')
  }
}
