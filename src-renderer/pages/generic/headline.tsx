// The headline of a record, a system or Now, as the host says it. Its place is kept while it is fetched.
import type { JSX } from 'react'
import type { HeadlineAnswer } from '../../../shared/contract/messages.ts'
import type { Answered } from '../../client/landscope.tsx'
import { HeadlineText } from '../../ui/sentence/sentence.tsx'
import { Failed, Loading } from '../../ui/states/states.tsx'
import { usePlaces } from '../places.ts'

interface Props {
  readonly answered: Answered<HeadlineAnswer>
  readonly what: string
}
export function HeadlineOf({ answered, what }: Props): JSX.Element {
  const places = usePlaces()
  const { data, error, again, stale } = answered
  if (data === undefined) {
    if (error !== undefined) return <Failed error={error} again={again} />
    return <Loading what={what} />
  }
  const { says, also, looking } = data.headline
  return (
    <>
      <HeadlineText says={says} also={also} looking={looking ?? (stale ? true : undefined)} onOpen={places.target} />
      {stale && error !== undefined && <Failed error={error} again={again} />}
    </>
  )
}
