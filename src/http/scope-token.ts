/** Printable ASCII without the space, the double quote and the backslash. */
const characters = '\\x21\\x23-\\x5b\\x5d-\\x7e'

/** One scope (RFC 6749 section 3.3). */
export const scopeToken = new RegExp(`^[${characters}]+$`)

/** Scopes as the protocol lists them (RFC 6749 section 3.3): one space between two of them, none around. */
export const scopeList = new RegExp(`^[${characters}]+(?: [${characters}]+)*$`)

/** Nothing but scopes and spaces, in any number: scopes as people write them. */
export const scopeText = new RegExp(`^[\\x20${characters}]*$`)
