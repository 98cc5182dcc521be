import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distanceM } from '../../server/map/distance.ts';
import { STOPS, stopAfterDrag, stopAfterTap, stopBeside } from '../../server/web/app/stops.ts';
import {
  boundsAround,
  isInside,
  metresBetween,
  middleOf,
  reachOf,
  wrapped,
} from '../../server/web/map/geo.ts';
import { groupPins } from '../../server/web/map/groupPins.ts';
import { areaOf } from '../../server/web/map/useQuotes.ts';

const place = fc.record({
  latitude: fc.double({ min: -80, max: 80, noNaN: true }),
  longitude: fc.double({ min: -180, max: 179.9, noNaN: true }),
});

describe('places', () => {
  it('are as far apart as the server says, to the metre', () => {
    fc.assert(
      fc.property(place, place, (a, b) => {
        expect(Math.abs(metresBetween(a, b) - distanceM(a, b))).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('are in the bounds around them, also where these are told once around the world', () => {
    fc.assert(
      fc.property(
        fc.array(place, { minLength: 1, maxLength: 8 }),
        fc.constantFrom(-360, 0, 360),
        (places, turn) => {
          const [west, south, east, north] = boundsAround(places)!;
          for (const one of places)
            expect(isInside([west + turn, south, east + turn, north], one)).toBe(true);
        },
      ),
    );
    expect(isInside([170, -10, 190, 10], { latitude: 0, longitude: -175 })).toBe(true);
    expect(isInside([170, -10, 190, 10], { latitude: 0, longitude: 165 })).toBe(false);
    expect(isInside([170, -10, 190, 10], { latitude: 11, longitude: 175 })).toBe(false);
    expect(boundsAround([])).toBeUndefined();
  });

  it('are asked about in a circle that holds the whole view, unless that is a country', () => {
    const bounds = [6, 50.5, 6.4, 50.8] as [number, number, number, number];
    const area = areaOf(bounds)!;
    expect(area.radiusM).toBeGreaterThanOrEqual(reachOf(bounds));
    expect(middleOf([170, 0, 190, 0]).longitude).toBe(-180);
    expect(areaOf([5, 47, 15, 55])).toBeUndefined();
    expect(areaOf([6, 50, 6.001, 50.001])!.radiusM).toBe(2_000);
    expect(wrapped(540)).toBe(-180);
  });
});

describe('pins', () => {
  const size = { widthPx: 100, heightPx: 34 };
  const zoom = fc.double({ min: 0, max: 18, noNaN: true });

  it('are drawn once each, in groups that know whether a zoom takes them apart', () => {
    fc.assert(
      fc.property(fc.array(place, { maxLength: 60 }), zoom, (places, zoom) => {
        const groups = groupPins(places, zoom, size);
        expect(groups.flatMap(({ members }) => members).length).toBe(places.length);
        for (const { members, isOnePoint } of groups) {
          const points = new Set(members.map((one) => `${one.latitude} ${one.longitude}`));
          expect(isOnePoint).toBe(points.size === 1);
        }
      }),
    );
  });

  it('of one cell stay together at any zoom, and those of a country become one', () => {
    const cell = { latitude: 50.77, longitude: 6.08 };
    expect(groupPins([cell, { ...cell }, cell], 18, size)).toHaveLength(1);
    expect(groupPins([cell, { latitude: 50.9, longitude: 6.4 }], 2, size)).toHaveLength(1);
    expect(groupPins([cell, { latitude: 50.9, longitude: 6.4 }], 12, size)).toHaveLength(2);
  });
});

describe('the sheet of a phone', () => {
  const heights = { peek: 150, half: 400, full: 800 };

  it('comes to rest at the nearest stop, and goes on where it was flicked', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000 }), (px) => {
        const nearest = Math.min(...STOPS.map((stop) => Math.abs(heights[stop] - px)));
        expect(Math.abs(heights[stopAfterDrag(px, 0, heights)] - px)).toBe(nearest);
      }),
    );
    expect(stopAfterDrag(180, 1, heights)).toBe('half');
    expect(stopAfterDrag(420, 1, heights)).toBe('full');
    expect(stopAfterDrag(780, -1, heights)).toBe('half');
    expect(stopAfterDrag(390, -1, heights)).toBe('peek');
    expect(stopAfterDrag(900, 1, heights)).toBe('full');
  });

  it('can be moved to each stop without a drag', () => {
    expect(STOPS.map(stopAfterTap)).toEqual(['half', 'full', 'peek']);
    expect([stopBeside('peek', -1), stopBeside('peek', 1), stopBeside('full', 1)]).toEqual([
      'peek',
      'half',
      'full',
    ]);
  });
});
