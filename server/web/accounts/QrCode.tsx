import { create } from 'qrcode';

/** Modules of white around the code, as its standard asks. */
const MARGIN = 4;

/** A text as a QR code, black on white in both colour schemes, since not every camera reads it the other way. */
export default function QrCode({ text, label, px = 184 }: { text: string; label: string; px?: number }) {
  const { modules } = create(text, { errorCorrectionLevel: 'M' });
  const { size } = modules;
  const cells = Array.from({ length: size * size }, (_, i) => [Math.floor(i / size), i % size] as const);
  const path = cells
    .filter(([row, column]) => modules.get(row, column) === 1)
    .map(([row, column]) => `M${column + MARGIN},${row + MARGIN}h1v1h-1z`)
    .join('');
  const whole = size + 2 * MARGIN;
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${whole} ${whole}`}
      width={px}
      height={px}
      shapeRendering="crispEdges"
      style={{ background: '#fff', borderRadius: 8, flexShrink: 0 }}
    >
      <path d={path} fill="#000" />
    </svg>
  );
}
