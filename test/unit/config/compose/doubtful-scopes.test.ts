import { describe, expect, test } from 'vitest'
import { keywordDoubt, scopesDoubt } from '../../../../src/config/compose/doubtful-scopes.ts'

describe('a short requirement of one word', () => {
  test.each([
    ['publik', 'public'],
    ['Anonymous', 'public'],
    ['none', 'public'],
    ['permit-all', 'public'],
    ['authenticate', 'authenticated'],
    ['logged_in', 'authenticated'],
    ['jwt', 'authenticated'],
    ['optinal', 'optional'],
  ])('%s is probably %s', (word, keyword) => {
    expect(keywordDoubt(word)).toContain(`did you mean "${keyword}"?`)
  })

  test.each(['deny', 'denyAll', 'nobody'])('%s is no way to refuse everybody', (word) => {
    expect(keywordDoubt(word)).toContain('a path is refused to everybody when')
  })

  test.each(['read', 'publish', 'options', 'user', 'admin', 'read:public', 'authors', 'note'])(
    '%s is a scope',
    (word) => {
      expect(keywordDoubt(word)).toBeUndefined()
    },
  )
})

describe('a text of scopes', () => {
  test.each(['read or write', 'read OR write', 'read|write', 'a b or c d', 'read || write'])(
    '%j asks for one of several',
    (text) => {
      expect(scopesDoubt(text)).toContain('{ anyOf: [read, write] } for one of several')
    },
  )

  test.each(['read,write', 'read, write', 'read,', ',', 'read; write'])(
    '%j has a comma that belongs to the scope',
    (text) => {
      expect(scopesDoubt(text)).toContain('a comma or semicolon is taken for a part of the scope')
    },
  )

  test.each(['read and write', 'read AND write', 'read && write', 'read + write'])(
    '%j asks for all of several',
    (text) => {
      expect(scopesDoubt(text)).toContain('write "read write" for all of several')
    },
  )

  test.each(['read write', 'or', 'or read', 'read and', 'android', 'editor read', 'read+write', 'a&b'])(
    '%j is what it says',
    (text) => {
      expect(scopesDoubt(text)).toBeUndefined()
    },
  )
})
