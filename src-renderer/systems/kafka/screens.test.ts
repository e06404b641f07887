import { expect, it } from 'vitest'
import { kafkaScreens } from './screens.ts'

const row = { group: 'orders', topic: 'orders', partition: 2n, committed: 1_234n }

it.each([
  ['groups', 'kafka-consumer-groups --bootstrap-server b1:9092,b2:9092 --describe --group orders'],
  ['groupPartitions', 'kcat -b b1:9092,b2:9092 -t orders -p 2 -o 1234 -c 1'],
  ['topics', 'kafka-topics --bootstrap-server b1:9092,b2:9092 --describe --topic orders'],
])('gives the command line of %s; without addresses a place to fill in that no server answers to', (collection, command) => {
  const screen = kafkaScreens.records?.[collection]
  expect(screen?.command?.(row, ['b1:9092', 'b2:9092'])).toBe(command)
  expect(screen?.command?.(row, [])).toBe(command.replace('b1:9092,b2:9092', 'BOOTSTRAP-SERVERS'))
})
