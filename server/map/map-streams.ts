import type { MapEvent } from '../../protocol/map-api.ts';
import type { Db } from '../db.ts';
import type { EventStream } from '../http/sse.ts';
import { type BoundingBox, isInBoundingBox } from './bounding-box.ts';
import { changesAfter, type MapChange, readMapState } from './changes.ts';
import type { MapFeed } from './feed.ts';
import { toSummary } from './toCharger.ts';
import { createViews } from './views.ts';

/** How many changes a client may have missed, anywhere, to be sent those in its view. */
const MOST_MISSED = 1_000;

export interface MapStreams {
  /** Sends changes in a box to a stream, everywhere without one; first those since its `lastEventId`. */
  add(stream: EventStream, box: BoundingBox | undefined): void;
  remove(stream: EventStream): void;
}

interface Viewer {
  stream: EventStream;
  box: BoundingBox | undefined;
  /** What it was sent already, by another process that was ahead of this one. */
  seenTo: number;
}

/** Sends each change of the map to those who look there, with its number as id. */
export function createMapStreams(db: Db, feed: MapFeed): MapStreams {
  const views = createViews<Viewer>();
  const viewers = new Map<EventStream, Viewer>();
  const resetAll = async (position: number) => {
    for (const viewer of views.all()) reset(viewer, position);
  };
  feed.subscribe((changes) => {
    if (changes === undefined) feed.inOrder(resetAll);
    for (const change of changes ?? []) {
      for (const viewer of views.at(change.m)) send(viewer, change);
    }
  });
  return {
    add(stream, box) {
      const viewer: Viewer = { stream, box, seenTo: 0 };
      viewers.set(stream, viewer);
      feed.inOrder(async (position) => {
        // It may have ended while it waited.
        if (viewers.get(stream) !== viewer) return;
        await welcome(db, viewer, position);
        if (viewers.get(stream) === viewer) views.add(viewer, box);
      });
    },
    remove(stream) {
      const viewer = viewers.get(stream);
      viewers.delete(stream);
      if (viewer !== undefined) views.remove(viewer);
    },
  };
}

/** Sends what a client missed, or that it has to read its view again. */
async function welcome(db: Db, viewer: Viewer, position: number): Promise<void> {
  const { lastEventId } = viewer.stream;
  if (lastEventId === undefined) return sendEvent(viewer, position, { event: 'ready', data: {} });
  const missed = await missedSince(db, lastEventId);
  if (missed === undefined) return reset(viewer, position);
  viewer.seenTo = Number(lastEventId);
  for (const change of missed) send(viewer, change);
}

/** The changes after an id; undefined where they are too many, too old, or the id is none of this map. */
async function missedSince(db: Db, lastEventId: string): Promise<MapChange[] | undefined> {
  if (!/^\d{1,15}$/.test(lastEventId)) return undefined;
  const since = Number(lastEventId);
  const { changeNumber, forgottenTo } = await readMapState(db);
  if (since > changeNumber || since < forgottenTo) return undefined;
  const missed = await changesAfter(db, since, MOST_MISSED + 1);
  return missed.length > MOST_MISSED ? undefined : missed;
}

function send(viewer: Viewer, change: MapChange): void {
  if (change.changeNumber <= viewer.seenTo) return;
  viewer.seenTo = change.changeNumber;
  if (viewer.box !== undefined && !isInBoundingBox(viewer.box, change)) return;
  sendEvent(viewer, change.changeNumber, eventOf(change));
}

const eventOf = ({ charger, listingId }: MapChange): MapEvent =>
  charger === undefined
    ? { event: 'removed', data: { listingId } }
    : { event: 'charger', data: toSummary(charger) };

const reset = (viewer: Viewer, position: number): void =>
  sendEvent(viewer, position, { event: 'reset', data: {} });

const sendEvent = ({ stream }: Viewer, id: number, { event, data }: MapEvent): void =>
  stream.send({ id: String(id), event, data });
