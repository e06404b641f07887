// A small graph: edges on a canvas, nodes as buttons over it, so that keys and screen readers reach each of them.
import { type JSX, useEffect, useMemo, useRef } from 'react'
import type { GraphAnswer } from '../../../shared/contract/messages.ts'
import { Status } from '../status.tsx'
import { SafeText } from '../values/value.tsx'
import { layoutGraph, NODE_HEIGHT, NODE_WIDTH, type Placed } from './graph-layout.ts'
import css from './graph-view.module.css'

interface Props {
  readonly graph: GraphAnswer
  readonly focus?: string | undefined
  readonly onOpen: (id: string) => void
  /** Makes a node the middle of the graph. */
  readonly onFocus: (id: string) => void
}
const MARGIN = 24
/** How an edge is known, as a line: seen is solid, configured dashed, guessed dotted. */
const dashes: Readonly<Record<'observed' | 'configured' | 'guessed', readonly number[]>> = {
  observed: [],
  configured: [7, 4],
  guessed: [2, 4],
}

export function GraphView({ graph, focus, onOpen, onFocus }: Props): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null)
  const frame = useRef<HTMLDivElement>(null)
  const layout = useMemo(
    () =>
      layoutGraph(
        graph.nodes.map((n) => n.id),
        graph.edges,
        focus,
      ),
    [graph, focus],
  )
  const places = useMemo(() => new Map(layout.nodes.map((n) => [n.id, n])), [layout])
  const width = layout.width + 2 * MARGIN
  const height = layout.height + 2 * MARGIN
  useEffect(() => {
    const draw = (): void => drawEdges(canvas.current, width, height, graph, places, focus)
    draw()
    const watch = new MutationObserver(draw)
    watch.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
    return () => watch.disconnect()
  }, [graph, places, width, height, focus])
  useEffect(() => {
    const middle = focus === undefined ? undefined : places.get(focus)
    const box = frame.current
    if (middle === undefined || box === null) return
    box.scrollTo({ left: middle.x - box.clientWidth / 2 + NODE_WIDTH / 2 + MARGIN, top: middle.y - box.clientHeight / 2 + MARGIN })
  }, [places, focus])
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keys
    <section className={css.frame} ref={frame} aria-label="Graph" tabIndex={0}>
      <div className={css.paper} style={{ width, height }}>
        <canvas ref={canvas} className={css.canvas} />
        {graph.nodes.map((node) => {
          const place = places.get(node.id)
          if (place === undefined) return null
          return (
            <button
              key={node.id}
              type="button"
              className={`${css.node} ${css[node.health]} ${node.id === focus ? css.focus : ''}`}
              style={{ left: place.x + MARGIN, top: place.y + MARGIN, width: NODE_WIDTH, height: NODE_HEIGHT }}
              onClick={() => onFocus(node.id)}
              onDoubleClick={() => onOpen(node.id)}
              onKeyDown={(event) => {
                if (event.key !== 'Enter') return
                event.preventDefault()
                onOpen(node.id)
              }}
            >
              <span className={css.name}>
                <SafeText text={node.label} max={60} />
              </span>
              <span className={css.kind}>
                <Status health={node.health} {...(node.word === undefined ? {} : { word: node.word })} />
                <span>
                  {node.system} {node.collection}
                  {node.more > 0 && ` · ${node.more} more`}
                </span>
              </span>
            </button>
          )
        })}
      </div>
    </section>
  )
}

function drawEdges(
  canvas: HTMLCanvasElement | null,
  width: number,
  height: number,
  graph: GraphAnswer,
  places: ReadonlyMap<string, Placed>,
  focus: string | undefined,
): void {
  const context = canvas?.getContext('2d')
  if (canvas === null || context === null || context === undefined) return
  const scale = window.devicePixelRatio || 1
  canvas.width = width * scale
  canvas.height = height * scale
  canvas.style.width = `${width}px`
  canvas.style.height = `${height}px`
  const style = getComputedStyle(document.documentElement)
  context.scale(scale, scale)
  context.clearRect(0, 0, width, height)
  context.lineWidth = 1.2
  context.font = `10px ${style.getPropertyValue('--font-ui')}`
  for (const edge of graph.edges) {
    const a = places.get(edge.from)
    const b = places.get(edge.to)
    if (a === undefined || b === undefined) continue
    const near = edge.from === focus || edge.to === focus
    context.strokeStyle = style.getPropertyValue(near ? '--text-3' : '--edge-strong')
    context.fillStyle = context.strokeStyle
    context.setLineDash([...dashes[edge.known]])
    const forward = b.x >= a.x
    const x1 = a.x + MARGIN + (forward ? NODE_WIDTH : 0)
    const x2 = b.x + MARGIN + (forward ? 0 : NODE_WIDTH)
    const y1 = a.y + MARGIN + NODE_HEIGHT / 2
    const y2 = b.y + MARGIN + NODE_HEIGHT / 2
    const bend = (x2 - x1) / 2
    context.beginPath()
    context.moveTo(x1, y1)
    context.bezierCurveTo(x1 + bend, y1, x2 - bend, y2, x2, y2)
    context.stroke()
    context.setLineDash([])
    const tip = forward ? -6 : 6
    context.beginPath()
    context.moveTo(x2, y2)
    context.lineTo(x2 + tip, y2 - 3.5)
    context.lineTo(x2 + tip, y2 + 3.5)
    context.fill()
    if (near) {
      const text = edge.does === 'matches' && edge.score !== undefined ? `matches ${Math.round(edge.score * 100)} %` : edge.does
      const wide = context.measureText(text).width
      const at = { x: (x1 + x2) / 2 - wide / 2, y: (y1 + y2) / 2 + 3 }
      context.fillStyle = style.getPropertyValue('--panel')
      context.fillRect(at.x - 3, at.y - 9, wide + 6, 12)
      context.fillStyle = style.getPropertyValue('--text-3')
      context.fillText(text, at.x, at.y)
    }
  }
}
