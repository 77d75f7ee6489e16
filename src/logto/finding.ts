/** Something that is wrong with the tenant or with the way to it, and the mend, in one line. */
export type Finding = {
  /** A hint may be right as it is. */
  readonly severity: 'fault' | 'hint'
  readonly text: string
}

export const faultOf = (text: string): Finding => ({ severity: 'fault', text })
export const hintOf = (text: string): Finding => ({ severity: 'hint', text })
