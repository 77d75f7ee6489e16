import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findProgram, installPackage, versionOf } from './install.ts'
import { type Peer, type Place, startPinned } from './peer.ts'

const moduleFolder = '/usr/lib/apache2/modules'
let name = 'Apache, mod_auth_openidc'

export const apache: Peer = {
  id: 'apache',
  get name() {
    return name
  },
  does: 'verifies the signature, issuer, audience and expiry of each request; access log, as by default',
  algorithms: ['ES384', 'ES256', 'RS256'],
  webSockets: true,
  async prepare(say) {
    const module = join(moduleFolder, 'mod_auth_openidc.so')
    const problem = await installPackage('libapache2-mod-auth-openidc', module, say)
    if (problem === undefined) name = `Apache ${await versionOf(program(), '-v')}, mod_auth_openidc`
    return problem
  },
  async start(place) {
    const file = join(place.folder, 'apache.conf')
    await writeFile(file, config(place))
    return startPinned(place, program(), ['-d', place.folder, '-f', file, '-DFOREGROUND'])
  },
}

const program = () => findProgram('apache2') ?? 'apache2'

const modules = ['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'proxy', 'proxy_http', 'auth_openidc']
const loadModules = modules
  .map((name) => `LoadModule ${name}_module ${moduleFolder}/mod_${name}.so`)
  .join('\n')

const asRoot = process.getuid?.() === 0 ? 'User www-data\nGroup www-data' : ''

/**
 * One process with twice the threads that the benchmark's 64 connections keep busy: with as many, it closes
 * connections that wait for their next request; ten times as many cost a fifth of its speed. The module reads
 * key files for RSA only, and `OIDCOAuthVerifyJwksUri` must be https: the issuer's metadata need not.
 */
const config = ({ folder, port, upstreamPort, issuer, resource }: Place) => `
${loadModules}
${asRoot}
ServerName localhost
Listen 127.0.0.1:${port}
PidFile ${folder}/apache.pid
DefaultRuntimeDir ${folder}
ErrorLog ${folder}/error.log
LogFormat "%h %l %u %t \\"%r\\" %>s %O \\"%{Referer}i\\" \\"%{User-Agent}i\\"" combined
CustomLog ${folder}/access.log combined
StartServers 1
ServerLimit 1
ThreadLimit 128
ThreadsPerChild 128
MaxRequestWorkers 128
ListenBacklog 4096
MaxConnectionsPerChild 0
KeepAlive On
MaxKeepAliveRequests 0
KeepAliveTimeout 3600
OIDCOAuthServerMetadataURL ${issuer}/.well-known/openid-configuration
OIDCOAuthRemoteUserClaim sub
<Location />
  AuthType oauth20
  <RequireAll>
    Require claim "iss:${issuer}"
    Require claim "aud:${resource}"
  </RequireAll>
  ProxyPass http://127.0.0.1:${upstreamPort}/ upgrade=websocket
</Location>
`
