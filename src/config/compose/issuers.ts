import { resolve } from 'node:path'
import type { IssuerOptions } from '../../issuer/options.ts'
import type { FileIssuer } from '../schema/issuer.ts'
import type { Path } from '../yaml/tree.ts'
import type { Context } from './context.ts'
import { readNamedFile } from './named-file.ts'
import { present } from './without-undefined.ts'

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
