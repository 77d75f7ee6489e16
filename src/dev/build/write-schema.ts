import { writeFileSync } from 'node:fs'
import { configJsonSchema } from './config-json-schema.ts'

// `npm run schema`
writeFileSync('gateway.schema.json', `${JSON.stringify(configJsonSchema(), null, 2)}\n`)
