/** Hides secrets in texts for people. It learns those of one visit, and knows the forms of others. */
export type Mask = {
  /** From now on this value is hidden, encoded for a URL or not. */
  hide(value: string): void
  text(text: string): string
}

/** A shorter value would hide parts of ordinary words. */
const shortest = 6

export function createMask(): Mask {
  const hidden = new Set<string>()
  return {
    hide(value) {
      if (value.length < shortest) return
      for (const form of [value, encodeURIComponent(value), formEncoded(value)]) hidden.add(form)
    },
    text(text) {
      let shown = text
      for (const value of [...hidden].sort((a, b) => b.length - a.length))
        shown = shown.replaceAll(value, '***')
      return forms.reduce((masked, form) => masked.replace(form, '$1***'), shown)
    },
  }
}

function formEncoded(value: string): string {
  return new URLSearchParams({ v: value }).toString().slice('v='.length)
}

/** In a body of JSON, `code` is the name of an error: only a parameter of this name is hidden. */
const forms: readonly RegExp[] = [
  /((?:^|[?&\s])(?:code|state|nonce|code_verifier|client_secret|client_assertion|refresh_token)=)[^&\s"'<>]+/gi,
  /("(?:access_token|refresh_token|id_token|client_secret)"\s*:\s*")[^"]+/gi,
  /(\b(?:Bearer|Basic) +)(?=[\w+/.~-]{16})[\w+/.~=-]+/gi,
  /()\beyJ[\w-]+\.[\w-]+\.[\w-]*/g,
]
