/** A log-log line chart as SVG. */

/** One line; `isMeasured`: dots, otherwise a line. */
export interface Series {
  readonly label: string;
  readonly colour: string;
  readonly isMeasured: boolean;
  readonly points: readonly (readonly [x: number, y: number])[];
}

const WIDTH = 760;
const HEIGHT = 420;
const LEFT = 70;
const RIGHT = 240;
const TOP = 40;
const BOTTOM = 50;

/** The chart; all values are above 0. */
export function drawChart(
  series: readonly Series[],
  text: { readonly title: string; readonly x: string; readonly y: string },
): string {
  const xs = series.flatMap(({ points }) => points.map(([x]) => x));
  const ys = series.flatMap(({ points }) => points.map(([, y]) => y));
  const xRange = [Math.log2(Math.min(...xs)), Math.log2(Math.max(...xs))] as const;
  const yRange = [
    Math.floor(Math.log10(Math.min(...ys))),
    Math.ceil(Math.log10(Math.max(...ys))),
  ] as const;
  const place = (value: number, [low, high]: readonly [number, number]): number =>
    (value - low) / (high - low);
  const px = (x: number): number => LEFT + place(Math.log2(x), xRange) * (WIDTH - LEFT - RIGHT);
  const py = (y: number): number =>
    HEIGHT - BOTTOM - place(Math.log10(y), yRange) * (HEIGHT - TOP - BOTTOM);
  const parts: string[] = [];
  for (let e = xRange[0]; e <= xRange[1]; e++) {
    const x = px(2 ** e).toFixed(1);
    parts.push(`<path d="M${x} ${TOP}V${HEIGHT - BOTTOM}" stroke="#ddd"/>`);
    parts.push(`<text x="${x}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${2 ** e}</text>`);
  }
  for (let e = yRange[0]; e <= yRange[1]; e++) {
    const y = py(10 ** e).toFixed(1);
    parts.push(`<path d="M${LEFT} ${y}H${WIDTH - RIGHT}" stroke="#ddd"/>`);
    parts.push(`<text x="${LEFT - 6}" y="${y}" dy="4" text-anchor="end">${10 ** e}</text>`);
  }
  series.forEach(({ label, colour, isMeasured, points }, i) => {
    const places = points.map(([x, y]) => [px(x).toFixed(1), py(y).toFixed(1)] as const);
    const y = TOP + 10 + 20 * i;
    const x = WIDTH - RIGHT + 16;
    if (isMeasured) {
      for (const [cx, cy] of [...places, [x, y]] as const) {
        parts.push(`<circle cx="${cx}" cy="${cy}" r="4" fill="${colour}"/>`);
      }
    } else {
      const line = `M${places.map((p) => p.join(' ')).join('L')}`;
      for (const d of [line, `M${x - 8} ${y}h16`]) {
        parts.push(`<path d="${d}" fill="none" stroke="${colour}" stroke-width="1.5"/>`);
      }
    }
    parts.push(`<text x="${x + 14}" y="${y + 4}">${label}</text>`);
  });
  const middle = (WIDTH - RIGHT + LEFT) / 2;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="11">
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
${parts.join('\n')}
<text x="${middle}" y="22" text-anchor="middle" font-size="14">${text.title}</text>
<text x="${middle}" y="${HEIGHT - 12}" text-anchor="middle">${text.x}</text>
<text transform="translate(16 ${HEIGHT / 2}) rotate(-90)" text-anchor="middle">${text.y}</text>
</svg>
`;
}
