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
import { say } from './speech.ts';

const MIB = 1_048_576;
const FAIL_MIB = 50;
const WARN_MIB = 500;

/** The key exists, is readable, and only by its owner. */
export function checkKey(dataDir: string): Finding[] {
  const files = [keyFile(dataDir), keystoreFile(dataDir)].filter(existsSync);
  const [file] = files;
  if (file === undefined) {
    const text = say('cli.check.key.none', { folder: dataDir });
    return [fail('key', text, say('cli.check.key.none.remedy'))];
  }
  const [, other] = files;
  if (other !== undefined) {
    const text = say('cli.check.key.two', { one: file, other });
    return [fail('key', text, say('cli.check.key.two.remedy'))];
  }
  const mode = statSync(file).mode & 0o777;
  const isOpen = process.platform !== 'win32' && (mode & 0o077) !== 0;
  try {
    const address = addressOfKey(dataDir);
    const values = { address, file, mode: mode.toString(8) };
    if (!isOpen) return [ok('key', say('cli.check.key.mode', values))];
    return [fail('key', say('cli.check.key.readable', values), `chmod 600 ${file}`)];
  } catch (error) {
    return [fail('key', firstLine(error), say('cli.check.key.broken.remedy'))];
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
  return listed
    .filter(({ hasLocation }) => !hasLocation)
    .map(({ connectorId }) =>
      warn(
        'location',
        say('cli.check.location', { connector: connectorId }),
        say('cli.check.location.remedy'),
      ),
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
  const text = say('cli.check.listing.otherKey', { other, own: address });
  return fail('listing', text, say('cli.check.listing.otherKey.remedy'));
}

function listingFinding(count: number): Finding {
  if (count > 0) return ok('listing', say('cli.check.listing.ok'));
  return warn('listing', say('cli.check.listing.none'), say('cli.check.listing.none.remedy'));
}

/** How much the journal takes, and will take in a year. */
export function checkRoom(dataDir: string, snapshot: Snapshot | undefined): Finding[] {
  const room = snapshot === undefined ? keptRoom(dataDir) : snapshot.room;
  if (room == null) return [];
  const mb = (bytes: number) => Math.ceil(bytes / 1e6);
  const text = say('cli.check.room', { mb: mb(room.bytes), yearMb: mb(room.yearBytes) });
  const isTooMuch = room.yearBytes > freeBytes(dataDir) + room.bytes;
  return [isTooMuch ? warn('room', text, say('cli.check.room.remedy')) : ok('room', text)];
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
    const text = say('cli.check.disk.closed', { reason: firstLine(error) });
    return [fail('disk', text, say('cli.check.disk.closed.remedy', { folder: dataDir }))];
  }
  const freeMib = Math.floor(freeBytes(dataDir) / MIB);
  const text = say('cli.check.disk.free', { mib: freeMib });
  if (freeMib < FAIL_MIB) return [fail('disk', text, say('cli.check.disk.full.remedy'))];
  return [freeMib < WARN_MIB ? warn('disk', text, say('cli.check.disk.low.remedy')) : ok('disk', text)];
}
