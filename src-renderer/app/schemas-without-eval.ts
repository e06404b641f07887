// Must be imported before any schema is made: zod would try to compile schemas with `new Function`, which the content security policy
// refuses and reports as a violation.
import { config } from 'zod'

config({ jitless: true })
