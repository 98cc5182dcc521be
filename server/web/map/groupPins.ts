/** What stands somewhere on the map. Degrees. */
export interface Pinned {
  latitude: number;
  longitude: number;
}

/** What is drawn as one pin: one thing, or several that would cover each other. */
export interface PinGroup<T> extends Pinned {
  members: T[];
  /** Whether all stand at one point, where no zoom takes them apart. */
  isOnePoint: boolean;
}

/** Size of the world at zoom 0, px, as MapLibre draws it. */
const WORLD_PX = 512;

/** Web Mercator, px at a zoom. */
function pointOf({ latitude, longitude }: Pinned, zoom: number): { x: number; y: number } {
  const size = WORLD_PX * 2 ** zoom;
  const sine = Math.sin((latitude * Math.PI) / 180);
  return {
    x: ((longitude + 180) / 360) * size,
    y: (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * size,
  };
}

/**
 * Puts together what is nearer than a pin is wide and high: each to the first group that is near enough. Counted in px of
 * the world, so that groups stay as they are while the map is only moved.
 */
export function groupPins<T extends Pinned>(
  all: readonly T[],
  zoom: number,
  { widthPx, heightPx }: { widthPx: number; heightPx: number },
): PinGroup<T>[] {
  const groups: (PinGroup<T> & { x: number; y: number })[] = [];
  for (const one of all) {
    const { x, y } = pointOf(one, zoom);
    const near = groups.find((group) => Math.abs(group.x - x) < widthPx && Math.abs(group.y - y) < heightPx);
    if (near === undefined) {
      const { latitude, longitude } = one;
      groups.push({ members: [one], isOnePoint: true, latitude, longitude, x, y });
      continue;
    }
    near.members.push(one);
    near.isOnePoint &&= near.latitude === one.latitude && near.longitude === one.longitude;
  }
  return groups;
}
