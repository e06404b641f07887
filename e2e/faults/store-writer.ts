// Writes rounds into the store of a folder until it is killed; prints the number of each round after its commit.
import { openStore } from '../../src-main/store/open-store.ts'
import { rowsOfRound, runsOfRound, stored, storeToy } from './store-rounds.ts'

const [folder = '', first = '1'] = process.argv.slice(2)
const store = await openStore({ folder, systems: [storeToy], now: () => new Date() })
for (let n = Number(first); ; n++) {
  const round = store.round(stored, 'look', new Date(), 1_000)
  await round.stage('jobs', rowsOfRound(n))
  round.cover('jobs', 'all')
  await round.stage('runs', runsOfRound(n))
  round.cover('runs', 'rows')
  await round.commit(new Date())
  process.stdout.write(`${n}\n`)
}
