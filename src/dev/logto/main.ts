import { startStandInLogto } from './stand-in-logto.ts'

/**
 * The stand-in as a program of its own. Environment: `PORT` (default 3001), `HOST` (default 0.0.0.0),
 * `ISSUER_ORIGIN`, the origin by which both the browser and the gateway reach it (default
 * `http://localhost:PORT`), and `REDIRECT_URI`, one more that the application ChatGPT may use.
 */
const {
  PORT = '3001',
  HOST = '0.0.0.0',
  ISSUER_ORIGIN = `http://localhost:${PORT}`,
  REDIRECT_URI,
} = process.env

const standIn = await startStandInLogto({ port: Number(PORT), host: HOST, issuerOrigin: ISSUER_ORIGIN })
if (REDIRECT_URI !== undefined) standIn.data.applications[0]?.redirectUris.push(REDIRECT_URI)
process.stdout.write(`stand-in Logto: issuer ${standIn.issuer}, listening on ${HOST}:${standIn.port}\n`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void standIn.close())
}
