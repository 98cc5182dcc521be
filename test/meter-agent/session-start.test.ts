import { expect, test } from 'vitest';
import { visitOf } from '../../meter-agent/session/visit.ts';
import { Play, wishes } from './support/play.ts';

test('nothing happens before the start is handed over', () => {
  const play = new Play();
  play.do({ type: 'connection', connected: true });
  play.do({ type: 'connectorStatus', status: 'Preparing' });
  play.begin();
  play.do({ type: 'stopAsked' });
  play.wait(10);
  expect(play.session.phase).toBe('BOOKED');
  expect(play.effects).toEqual([]);
  expect(visitOf(play.session)).toBeUndefined();
});

test('plug first: the box is asked at once, and again only when it does not begin', () => {
  const play = new Play();
  play.do({ type: 'connectorStatus', status: 'Preparing' });
  play.do({ type: 'connection', connected: true });
  expect(wishes(play.do({ type: 'handedOver', idTag: 'TAG' }))).toEqual(['remoteStart']);
  play.do({ type: 'answered', wish: 'start', answer: 'accepted' });
  expect(wishes(play.wait(59))).toEqual([]);
  expect(wishes(play.wait(1))).toEqual(['remoteStart']);
  play.do({ type: 'answered', wish: 'start', answer: 'unreachable' });
  expect(wishes(play.wait(15))).toEqual(['remoteStart']);
});

test('app first: the driver is asked for the plug, the box is asked again when it comes', () => {
  const play = new Play();
  play.do({ type: 'connectorStatus', status: 'Available' });
  play.do({ type: 'connection', connected: true });
  play.do({ type: 'handedOver', idTag: 'TAG' });
  expect(visitOf(play.session)?.state).toBe('WAITING_FOR_PLUG');
  play.do({ type: 'answered', wish: 'start', answer: 'accepted' });
  expect(wishes(play.wait(600))).toEqual([]);
  expect(wishes(play.do({ type: 'connectorStatus', status: 'Preparing' }))).toEqual([]);
  expect(wishes(play.wait(10))).toEqual(['remoteStart']);
});

test('a refused start is asked for again at the plug without delay', () => {
  const play = new Play();
  play.do({ type: 'connectorStatus', status: 'Available' });
  play.do({ type: 'connection', connected: true });
  play.do({ type: 'handedOver', idTag: 'TAG' });
  play.do({ type: 'answered', wish: 'start', answer: 'refused' });
  expect(wishes(play.do({ type: 'connectorStatus', status: 'Preparing' }))).toEqual(['remoteStart']);
});

test('a box that is away is asked when it comes back', () => {
  const play = new Play();
  play.do({ type: 'handedOver', idTag: 'TAG' });
  expect(wishes(play.wait(30))).toEqual([]);
  expect(wishes(play.do({ type: 'connection', connected: true }))).toEqual(['remoteStart']);
});

test('a box that prepares before its answer is read is not asked a second time', () => {
  const play = new Play();
  play.do({ type: 'connectorStatus', status: 'Available' });
  play.do({ type: 'connection', connected: true });
  expect(wishes(play.do({ type: 'handedOver', idTag: 'TAG' }))).toEqual(['remoteStart']);
  expect(wishes(play.do({ type: 'connectorStatus', status: 'Preparing' }))).toEqual([]);
  expect(wishes(play.do({ type: 'answered', wish: 'start', answer: 'accepted' }))).toEqual([]);
  expect(wishes(play.wait(59))).toEqual([]);
  expect(wishes(play.wait(1))).toEqual(['remoteStart']);
});
