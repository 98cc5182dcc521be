import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { theme } from '../../server/web/app/theme.ts';

const WEB = join(import.meta.dirname, '../../server/web');
const css = readFileSync(join(WEB, 'app/tokens.css'), 'utf8');

/** Colours of a scheme by their names. */
function coloursOf(scheme: 'light' | 'dark'): Record<string, string> {
  const block = css.split(`[data-mantine-color-scheme="${scheme}"] {`)[1]?.split('}')[0] ?? '';
  return Object.fromEntries(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, hex]) => [name, hex]),
  );
}

/** Relative luminance, as in WCAG 2.2. */
function luminance(hex: string): number {
  const channel = (at: number) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

describe.each(['light', 'dark'] as const)('the colours of the %s scheme', (scheme) => {
  const colours = coloursOf(scheme);
  const colour = (name: string): string => colours[name] ?? `no ${name}`;

  it.each(['pine', 'red', 'orange', 'yellow', 'blue', 'gray'])(
    'have at least 5:1 for %s on its tint',
    (name) => {
      const text = colour(`mantine-color-${name}-light-color`);
      expect(contrast(text, colour(`mantine-color-${name}-light`))).toBeGreaterThanOrEqual(5);
      expect(contrast(text, colour('pp-paper'))).toBeGreaterThanOrEqual(5);
    },
  );

  it.each(['free', 'busy', 'charging', 'off'])('have at least 5:1 for the status %s', (tone) => {
    for (const ground of [`pp-tint-${tone}`, 'pp-paper', 'pp-ground']) {
      expect(contrast(colour(`pp-status-${tone}`), colour(ground)), ground).toBeGreaterThanOrEqual(5);
    }
  });

  it('have at least 5:1 for dimmed text on everything it stands on', () => {
    const grounds = [
      'pp-paper',
      'pp-ground',
      'pp-tint-free',
      'pp-tint-busy',
      'pp-tint-charging',
      'pp-tint-off',
    ];
    for (const ground of grounds) {
      expect(contrast(colour('mantine-color-dimmed'), colour(ground)), ground).toBeGreaterThanOrEqual(5);
    }
  });

  it('have at least 3:1 for the edge of what can be used', () => {
    expect(contrast(colour('pp-edge'), colour('pp-paper'))).toBeGreaterThanOrEqual(3);
    expect(contrast(colour('pp-edge'), colour('pp-ground'))).toBeGreaterThanOrEqual(3);
  });
});

describe('the text', () => {
  it('is never below 12 px', () => {
    for (const size of Object.values(theme.fontSizes ?? {}))
      expect(Number.parseFloat(`${size}`) * 16).toBeGreaterThanOrEqual(12);
  });
});
