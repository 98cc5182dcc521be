import { existsSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Address, isAddressEqual } from 'viem';
import { fromTermsStruct } from '../../protocol/terms.ts';
import { Journal } from '../journal/journal.ts';
import { type Room, roomOf } from '../journal/room.ts';
import { keyFile, keystoreFile } from '../key/key.ts';
import type { Snapshot } from '../status/snapshot.ts';
import { type Finding, fail, firstLine, ok, warn } from './findings.ts';
import { addressOfKey } from './key.ts';

const MIB = 1_048_576;
const FAIL_MIB = 50;
const WARN_MIB = 500;

/** The key exists, is readable, and only by its owner. */
export function checkKey(dataDir: string): Finding[] {
  const files = [keyFile(dataDir), keystoreFile(dataDir)].filter(existsSync);
  const [file] = files;
  if (file === undefined) {
    const remedy = 'Make one with "plugpact-agent init", or restore the data folder from a backup.';
    return [fail('key', `There is no key in ${dataDir}.`, remedy)];
  }
  if (files.length > 1) {
    return [
      fail('key', `${files.join(' and ')}: two keys.`, 'Move away the one your listing does not name.'),
    ];
  }
  const mode = statSync(file).mode & 0o777;
  const isOpen = process.platform !== 'win32' && (mode & 0o077) !== 0;
  try {
    const address = addressOfKey(dataDir);
    if (!isOpen) return [ok('key', `${address}, mode ${mode.toString(8)}.`)];
    return [fail('key', `Others may read ${file} (mode ${mode.toString(8)}).`, `chmod 600 ${file}`)];
  } catch (error) {
    return [fail('key', firstLine(error), 'Restore the file from a backup: a new key needs new listings.')];
  }
}

/** The listings on the ledger name this key. */
export function checkListing(dataDir: string, snapshot: Snapshot | undefined): Finding[] {
  if (snapshot !== undefined) {
    const connectors = snapshot.chargePoints.flatMap((chargePoint) => chargePoint.connectors);
    const listed = connectors.filter(({ listingId }) => listingId !== null);
    return [listingFinding(listed.length), ...locationFindings(listed)];
  }
  if (!existsSync(join(dataDir, 'journal.sqlite')) || checkKey(dataDir)[0]?.verdict === 'fail') {
    return [listingFinding(0)];
  }
  return [compareKey(listedKeys(dataDir), addressOfKey(dataDir))];
}

function locationFindings(listed: { connectorId: number; hasLocation: boolean }[]): Finding[] {
  const remedy =
    'Enter it on the page, under "Lend a charger": drivers who booked cannot find you otherwise.';
  return listed
    .filter(({ hasLocation }) => !hasLocation)
    .map(({ connectorId }) =>
      warn('location', `The exact location of connector ${connectorId} is not known.`, remedy),
    );
}

function listedKeys(dataDir: string): Address[] {
  const journal = new Journal(dataDir);
  try {
    return journal.listingVersions().map(({ listing }) => fromTermsStruct(listing.terms).agentKey);
  } finally {
    journal.close();
  }
}

function compareKey(listed: Address[], address: Address): Finding {
  const other = listed.find((named) => !isAddressEqual(named, address));
  if (other === undefined) return listingFinding(listed.length);
  const remedy = 'Restore the earlier key, or list the wallbox again with this one.';
  return fail('listing', `The listing names the key ${other}, and this one is ${address}.`, remedy);
}

function listingFinding(count: number): Finding {
  if (count > 0) return ok('listing', 'The ledger lists a connector under this key.');
  const remedy =
    'Type the pairing code on the page under "Lend a charger"; "plugpact-agent status" shows it.';
  return warn('listing', 'No connector is listed under this key yet.', remedy);
}

/** How much the journal takes, and will take in a year. */
export function checkRoom(dataDir: string, snapshot: Snapshot | undefined): Finding[] {
  const room = snapshot === undefined ? keptRoom(dataDir) : snapshot.room;
  if (room == null) return [];
  const mb = (bytes: number) => Math.ceil(bytes / 1e6);
  const text = `Journal and evidence take ${mb(room.bytes)} MB; a year takes about ${mb(room.yearBytes)} MB at two hours of booked charging a day.`;
  const isTooMuch = room.yearBytes > freeBytes(dataDir) + room.bytes;
  return [isTooMuch ? warn('room', text, 'That is more than the disk has: make room.') : ok('room', text)];
}

/** As the agent measured it last, if it ever ran. */
function keptRoom(dataDir: string): Room | undefined {
  if (!existsSync(join(dataDir, 'journal.sqlite'))) return undefined;
  const journal = openedJournal(dataDir);
  const room = journal && roomOf(journal);
  journal?.close();
  return room;
}

/** One that cannot be opened is named by other checks. */
function openedJournal(dataDir: string): Journal | undefined {
  try {
    return new Journal(dataDir);
  } catch {
    return undefined;
  }
}

function freeBytes(dataDir: string): number {
  const { bavail, bsize } = statfsSync(dataDir);
  return bavail * bsize;
}

/** The journal can be written, and the disk has space. */
export function checkDisk(dataDir: string): Finding[] {
  try {
    const file = join(dataDir, '.doctor');
    writeFileSync(file, 'x', { mode: 0o600 });
    rmSync(file);
  } catch (error) {
    const remedy = `Let the user that runs the agent write to ${dataDir}.`;
    return [fail('disk', `The data folder cannot be written: ${firstLine(error)}`, remedy)];
  }
  const freeMib = Math.floor(freeBytes(dataDir) / MIB);
  const text = `${freeMib} MiB are free for the journal.`;
  if (freeMib < FAIL_MIB) return [fail('disk', text, 'Make room: without it no charge can be recorded.')];
  return [freeMib < WARN_MIB ? warn('disk', text, 'Make room soon.') : ok('disk', text)];
}
