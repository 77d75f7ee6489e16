import { resolve } from 'node:path'
import type { IssuerOptions } from '../token/key-set.ts'
import type { Context } from './context.ts'
import { readNamedFile } from './files.ts'
import type { FileIssuer } from './issuer-schema.ts'
import { present } from './present.ts'
import type { Path } from './yaml-tree.ts'

/** By name; the one under `issuer:` is called `default`. */
export function composeIssuers(context: Context): ReadonlyMap<string, IssuerOptions> {
  const { issuer, issuers = {} } = context.input
  const named = Object.entries(issuers).map(
    ([name, input]) => [name, composeIssuer(input, ['issuers', name], context)] as const,
  )
  return new Map(
    issuer === undefined ? named : [['default', composeIssuer(issuer, ['issuer'], context)], ...named],
  )
}

function composeIssuer(input: FileIssuer, at: Path, context: Context): IssuerOptions {
  const { logto, url, jwksFile, jwksUri, introspectionEndpoint, userinfoEndpoint, tokenEndpoint } = input
  if (jwksFile !== undefined) readNamedFile(jwksFile, [...at, 'jwksFile'], context)
  return {
    issuer: logto === undefined ? (url ?? '') : `${logto}/oidc`,
    isLogto: logto !== undefined,
    ...present({ jwksUri, introspectionEndpoint, userinfoEndpoint, tokenEndpoint }),
    ...present({ jwksFile: jwksFile && resolve(context.folder, jwksFile), algorithms: input.algorithms }),
    tokenTypes: input.tokenTypes,
    claims: input.claims,
  }
}
