/** What a broker, a topic, a partition and the cluster say first. */
import { known } from '../../../shared/model/known.ts'
import { type Headline, noun, type Sentence, say } from '../../../shared/model/sentence.ts'
import { kafka } from '../../../shared/systems/kafka/system.ts'
import { contactWords, replicaWords } from '../../../shared/systems/kafka/words.ts'
import { type AnyHeadline, headline } from '../../triage/judging.ts'
import { clock, listWords } from '../../triage/time-words.ts'
import { type BrokerRow, counted, counting, placeName, wordOf } from './phrases.ts'

type Said = Headline & { readonly hop: string }

/** "The cluster still lists broker 7 as alive; it has refused us 3 times since 03:00:01 UTC. …" */
function saysSees(row: BrokerRow, now: Date): Sentence {
  const failures = known(row.failures) ?? 0
  const since = known(row.failingSince)
  const when = since === undefined ? '' : `${row.contact === 'silent' || failures > 1 ? ' since' : ' at'} ${clock(since, now)} UTC`
  const did = row.contact === 'silent' ? 'has not answered us' : failures > 1 ? `has refused us ${failures} times` : 'refused us'
  const leads = known(row.leads) ?? 0
  return say`The cluster still lists broker ${row.broker} as alive; it ${did}${when}. Clusters notice with a delay; until then counts below may be wrong. ${counted(leads, 'partition')} ${leads === 1 ? 'has' : 'have'} it as leader.`
}

export const brokerHeadline: AnyHeadline = headline(kafka, { on: 'brokers' }, (row, see): Said => {
  const leads = known(row.leads) ?? 0
  const outOfSync = known(row.outOfSync) ?? 0
  if (row.listed === false) {
    const replicas = known(row.replicas) ?? 0
    return {
      says: say`Broker ${row.broker} is gone: the cluster lists it no more. ${counted(replicas, 'replica')} assigned to it ${replicas === 1 ? 'is' : 'are'} missing.`,
      health: 'high',
      hop: `gone · ${counted(replicas, 'replica')} missing`,
    }
  }
  const contact = known(row.contact) ?? 'not asked'
  if (contact === 'refusing' || contact === 'silent')
    return {
      says: saysSees(row, see.now),
      health: 'high',
      hop: `said up · ${contactWords[contact].word}${known(row.failingSince) === undefined ? '' : ` since ${clock(known(row.failingSince) ?? see.now, see.now)} UTC`}`,
    }
  if (contact !== 'answering')
    return { says: say`Broker ${row.broker}: ${contactWords[contact].word}.`, health: 'unknown', hop: contactWords[contact].word }
  const role = row.controller === true ? ' and is the active controller' : ''
  const sync =
    outOfSync === 0
      ? 'all its replicas are in sync'
      : `${counted(outOfSync, 'replica')} of it ${outOfSync === 1 ? 'is' : 'are'} not in sync`
  return {
    says: say`Broker ${row.broker} answers, leads ${counted(leads, 'partition')}${role}; ${sync}.`,
    health: outOfSync > 0 ? 'warn' : 'ok',
    hop: outOfSync === 0 ? 'answers' : `answers · ${counted(outOfSync, 'replica')} not in sync`,
  }
})

export const topicHeadline: AnyHeadline = headline(kafka, { on: 'topics', also: ['partitions', 'groupPartitions'] }, (row, see): Said => {
  const state = known(row.state) ?? 'OK'
  const partitions = see.rows('partitions')
  const hurt = partitions.filter((p) => p.state === state).map((p) => placeName(p.topic, p.partition))
  const records = known(row.records)
  const holds =
    records === undefined
      ? 'how much it holds is not known'
      : `${row.recordsAtLeast === true ? 'at least' : 'at most'} ${counted(records, 'record')} in ${counted(known(row.partitions) ?? 0, 'partition')}`
  const readers = known(row.readers) ?? 0
  const standing = [
    ...new Set(
      counting(see.rows('groupPartitions'))
        .filter((p) => p.status === 'STALLED' || p.status === 'STANDING_STILL' || p.status === 'STOPPED')
        .map((p) => p.group),
    ),
  ]
  const also: Sentence = [
    ...say`${holds.charAt(0).toUpperCase()}${holds.slice(1)}; ${counted(readers, 'group')} ${readers === 1 ? 'reads' : 'read'} it.`,
    ...(standing.length === 0 ? [] : say` ${listWords(standing)} ${standing.length === 1 ? 'stands' : 'stand'} still in it.`),
  ]
  const health = replicaWords[state].health
  switch (state) {
    case 'OFFLINE':
      return {
        says: say`${listWords(hurt)} ${hurt.length === 1 ? 'has' : 'have'} no leader: nobody can read or write there.`,
        also,
        health,
        hop: `${counted(hurt.length, 'partition')} without leader`,
      }
    case 'UNDER_MIN_ISR':
      return {
        says: say`Writes are refused at ${listWords(hurt)}: fewer than ${wordOf(row.minIsr)} replicas are in sync.`,
        also,
        health,
        hop: `refuses writes at ${counted(hurt.length, 'partition')}`,
      }
    case 'UNDER_REPLICATED': {
      const isWritten = known(row.underMinIsr) !== undefined
      return {
        says: say`Read${isWritten ? ' and written' : ''}, with less safety: ${listWords(hurt)} ${hurt.length === 1 ? 'has' : 'have'} fewer in-sync replicas than replicas.${isWritten ? '' : ' Whether it takes writes is not known.'}`,
        also,
        health,
        hop: `${counted(hurt.length, 'partition')} under-replicated`,
      }
    }
    case 'NO_ACCESS':
      return { says: say`This account may not see it.`, health, hop: 'no access' }
    case 'OK': {
      const all = known(row.partitions) ?? 0
      const who = all === 1 ? 'Its one partition is' : `All ${counted(all, 'partition')} are`
      return { says: say`${who} led and in sync.`, also, health, hop: 'in sync' }
    }
  }
})

export const partitionHeadline: AnyHeadline = headline(kafka, { on: 'partitions' }, (row): Said => {
  const state = known(row.state) ?? 'OK'
  const end = known(row.end)
  const earliest = known(row.earliest)
  const range = end === undefined || earliest === undefined ? wordOf(row.end) : `offsets ${earliest} to ${end}`
  const leader = known(row.leader)
  const led = leader === undefined ? 'nobody leads it' : `broker ${leader} leads it`
  return {
    says: say`${placeName(row.topic, row.partition)}: ${replicaWords[state].word}; ${led}; ${range}.`,
    health: replicaWords[state].health,
    hop: `${replicaWords[state].word} · ${led}`,
  }
})

export const clusterHeadline: AnyHeadline = headline(kafka, { on: 'cluster' }, (row, see): Said => {
  const offline = known(row.offline) ?? 0
  const refusing = known(row.underMinIsr)
  const underMinIsr = refusing ?? 0
  const listed = known(row.brokersListed) ?? 0
  const answering = known(row.brokersAnswering) ?? 0
  const unseen = known(row.groupsUnseen) ?? 0
  const hurts = [
    ...(underMinIsr > 0 ? [`${counted(underMinIsr, 'partition')} ${underMinIsr === 1 ? 'refuses' : 'refuse'} writes`] : []),
    ...(offline > 0 ? [`${counted(offline, 'partition')} ${offline === 1 ? 'has' : 'have'} no leader`] : []),
    ...(answering < listed
      ? [`${listed - answering} of ${counted(listed, 'broker')} ${listed - answering === 1 ? 'does' : 'do'} not answer us`]
      : []),
  ]
  const also = unseen > 0 ? say`Groups behind ${counted(unseen, 'broker')} are not seen; they are not gone.` : undefined
  const name = noun(`Cluster ${row.cluster}`, see.urn('cluster', row))
  const summary = `${counted(listed, 'broker')}, ${counted(known(row.topics) ?? 0, 'topic')}, ${counted(known(row.groups) ?? 0, 'group')}`
  const well =
    refusing === undefined
      ? say`${name}: ${summary}; every partition is led. Whether all take writes is not known.`
      : say`${name} is well: ${summary}; every partition is led and takes writes.`
  return {
    says: hurts.length === 0 ? well : say`${name}: ${listWords(hurts)}.`,
    ...(also === undefined ? {} : { also }),
    health: underMinIsr > 0 || offline > 0 ? 'critical' : answering < listed ? 'high' : 'ok',
    hop: hurts.length > 0 ? listWords(hurts) : refusing === undefined ? 'every partition is led' : 'well',
  }
})
