// Where one is and where one can go. Place, filter, sort, time and what is opened live in the URL.
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'
import type { Viewing } from '../../shared/contract/messages.ts'
import type { Target } from '../../shared/model/sentence.ts'
import { formatRead } from './read-target.ts'

/** What any page's URL may carry: the viewing, and the record or the read open in the drawer. */
export interface CommonSearch {
  readonly source?: string
  /** ISO time looked at. */
  readonly at?: string
  readonly peek?: string
  /** A read, as `formatRead` writes it. */
  readonly look?: string
}
export interface NowSearch extends CommonSearch {
  /** The incident looked at; the first where it is none that is shown. */
  readonly incident?: string
}
export interface SystemSearch extends CommonSearch {
  readonly tab?: string
  readonly typed?: string
  readonly sort?: string
  readonly connection?: string
}
export interface RecordSearch extends CommonSearch {
  readonly urn: string
  readonly tab?: string
  readonly field?: string
}
export interface MapSearch extends CommonSearch {
  readonly focus?: string
  readonly hops?: number
}
export interface DiffSearch extends CommonSearch {
  readonly fromSource?: string
  readonly fromAt?: string
  readonly toSource?: string
  readonly toAt?: string
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
/** The parts of a URL that are texts; anything else is dropped. */
export function textsOf<const K extends string>(search: Record<string, unknown>, names: readonly K[]): { readonly [P in K]?: string } {
  const found: { [P in K]?: string } = {}
  for (const name of names) {
    const value = text(search[name])
    if (value !== undefined) found[name] = value
  }
  return found
}

/** The viewing a URL stands for. A time that is none is live. */
export function viewingOf(search: CommonSearch): Viewing {
  const at = search.at === undefined ? undefined : new Date(search.at)
  return {
    ...(search.source === undefined ? {} : { source: search.source }),
    ...(at === undefined || Number.isNaN(at.getTime()) ? {} : { at }),
  }
}

export interface Places {
  readonly record: (urn: string, tab?: string) => void
  /** Opens a record in the drawer; none closes it. */
  readonly peek: (urn: string | undefined) => void
  /** Opens what a sentence points to: its record, or what its read shows. */
  readonly target: (target: Target) => void
  readonly system: (system: string, search?: Omit<SystemSearch, keyof CommonSearch>) => void
  readonly map: (focus?: string, hops?: number) => void
  /** Looks at this incident on Now. */
  readonly incident: (incident: string) => void
  readonly diff: (sides: Omit<DiffSearch, keyof CommonSearch>) => void
  readonly page: (page: '/now' | '/snapshots' | '/connections' | '/watching' | '/diff') => void
  readonly view: (viewing: Viewing, where?: '/now') => void
  /** Looks at another moment of the same source. */
  readonly moment: (at: Date | undefined) => void
}
/** Goes places; the viewing stays as it is. */
export function usePlaces(): Places {
  const navigate = useNavigate()
  return useMemo(() => {
    const kept = (before: CommonSearch): CommonSearch => ({
      ...(before.source === undefined ? {} : { source: before.source }),
      ...(before.at === undefined ? {} : { at: before.at }),
    })
    const record = (urn: string, tab?: string): void =>
      void navigate({ to: '/record', search: (before: CommonSearch) => ({ ...kept(before), urn, ...(tab === undefined ? {} : { tab }) }) })
    return {
      record,
      peek: (urn) =>
        void navigate({
          to: '.',
          search: (before: CommonSearch) => {
            const { peek: _peek, look: _look, ...rest } = before
            return urn === undefined ? rest : { ...rest, peek: urn }
          },
          replace: true,
        }),
      target: (target) => {
        if ('urn' in target) return record(target.urn, 'field' in target ? 'charts' : undefined)
        void navigate({
          to: '.',
          search: (before: CommonSearch) => {
            const { peek: _peek, ...rest } = before
            return { ...rest, look: formatRead(target.read) }
          },
          replace: true,
        })
      },
      system: (system, search = {}) =>
        void navigate({ to: '/system/$system', params: { system }, search: (before: CommonSearch) => ({ ...kept(before), ...search }) }),
      map: (focus, hops) =>
        void navigate({
          to: '/map',
          search: (before: CommonSearch) => ({
            ...kept(before),
            ...(focus === undefined ? {} : { focus }),
            ...(hops === undefined ? {} : { hops }),
          }),
        }),
      incident: (incident) =>
        void navigate({ to: '/now', search: (before: CommonSearch) => ({ ...kept(before), incident }), replace: true }),
      diff: (sides) => void navigate({ to: '/diff', search: (before: CommonSearch) => ({ ...kept(before), ...sides }) }),
      page: (page) => void navigate({ to: page, search: kept }),
      moment: (at) =>
        void navigate({
          to: '.',
          search: (before: CommonSearch) => {
            const { at: _at, ...rest } = before
            return at === undefined ? rest : { ...rest, at: at.toISOString() }
          },
        }),
      view: (viewing, where) =>
        void navigate({
          to: where ?? '.',
          search: (before: CommonSearch) => {
            const { source: _source, at: _at, ...rest } = before
            return {
              ...(where === undefined ? rest : {}),
              ...(viewing.source === undefined ? {} : { source: viewing.source }),
              ...(viewing.at === undefined ? {} : { at: viewing.at.toISOString() }),
            }
          },
        }),
    }
  }, [navigate])
}

/** The common part of any page's URL. */
export function useCommonSearch(): CommonSearch {
  return useSearch({ strict: false, select: (s: CommonSearch): CommonSearch => textsOf({ ...s }, ['source', 'at', 'peek', 'look']) })
}
