/** A QR code as a picture, black on white in dark mode too: cameras want that. The only file that knows how QR codes are made. */
import { encode } from 'uqr'

const namespace = 'http://www.w3.org/2000/svg'

/** White around it, in modules: the standard asks for four. */
const border = 4

/** Scales to the width that it is given; `label` is what a screen reader says. */
export function qrPicture(text: string, label: string): SVGSVGElement {
  const { data, size } = encode(text, { ecc: 'L', border })
  const svg = document.createElementNS(namespace, 'svg')
  svg.setAttribute('viewBox', `0 0 ${size} ${size}`)
  svg.setAttribute('role', 'img')
  svg.setAttribute('aria-label', label)
  svg.setAttribute('shape-rendering', 'crispEdges')
  const modules = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : [])))
  const ground = document.createElementNS(namespace, 'rect')
  for (const side of ['width', 'height']) ground.setAttribute(side, String(size))
  ground.setAttribute('fill', '#fff')
  const dark = document.createElementNS(namespace, 'path')
  dark.setAttribute('d', modules.join(''))
  dark.setAttribute('fill', '#000')
  svg.append(ground, dark)
  return svg
}
