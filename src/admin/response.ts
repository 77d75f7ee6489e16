/** An answer of the admin listener. */
export type AdminResponse = {
  readonly status: number
  readonly type: string
  readonly text: string
  readonly headers?: Readonly<Record<string, string>>
}

export function json(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): AdminResponse {
  return { status, type: 'application/json', text: `${JSON.stringify(body, null, 2)}\n`, headers }
}
