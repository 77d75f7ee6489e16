import { isIP } from 'node:net'

/**
 * The part of a host name that an owner registers, by which the GPT editor compares: `example.com` of
 * `auth.example.com`. Nobody outside OpenAI knows its exact rule, and this decides about nothing but a line
 * of a report: two labels, three below the usual second levels of countries and below the domains that many
 * tenants share. The list of all public suffixes would be 300 kB that age.
 */
export function rootDomainOf(host: string): string {
  const name = host.toLowerCase().replace(/\.$/, '')
  if (isIP(name.replace(/^\[|\]$/g, '')) !== 0) return name
  const labels = name.split('.')
  const suffix = sharedSuffixes.find((shared) => name.endsWith(`.${shared}`))
  const length = suffix !== undefined ? suffix.split('.').length : countrySuffix.test(name) ? 2 : 1
  return labels.slice(-length - 1).join('.')
}

/** `co.uk`, `com.au`, `or.jp` */
const countrySuffix = /\.(?:ac|co|com|edu|gob|gov|go|ne|net|nom|or|org)\.[a-z]{2}$/

const sharedSuffixes = [
  'logto.app',
  'amazonaws.com',
  'auth0.com',
  'azurecontainerapps.io',
  'azurewebsites.net',
  'cloudfront.net',
  'fly.dev',
  'github.io',
  'herokuapp.com',
  'netlify.app',
  'ngrok-free.app',
  'ngrok.app',
  'ngrok.io',
  'onrender.com',
  'pages.dev',
  'run.app',
  'trycloudflare.com',
  'up.railway.app',
  'vercel.app',
  'workers.dev',
]
