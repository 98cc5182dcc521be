import type { Page } from 'playwright-core';
import type { Hex } from 'viem';
import { secondsFor } from '../../../protocol/allowance.ts';
import { fromTermsStruct } from '../../../protocol/terms.ts';
import type { ApiClient } from '../../client/api-client.ts';
import { waitFor } from '../../lib/wait.ts';

/** The device raises its allowance when it has co-signed the first energy. */
const RAISE_MS = 40_000;

/** How long a charge at full power goes on after the page is closed, by what the device has allowed. */
export async function closedMinutesOf(page: Page, api: ApiClient, listingId: Hex): Promise<number> {
  const { terms } = await api.call('getCharger', { params: { listingId } });
  const { tariff, bookingTerms, metering } = terms;
  const asked = fromTermsStruct({
    ...terms,
    ...{ tariff: BigInt(tariff), bookingTerms: BigInt(bookingTerms), metering: BigInt(metering) },
  });
  const shown = page.locator('[data-allowed]').first();
  const allowed = async () => BigInt((await shown.getAttribute('data-allowed')) ?? 0);
  const first = await allowed();
  const raised = async () => ((await allowed()) > first ? true : undefined);
  await waitFor('the raised allowance', raised, { timeoutMs: RAISE_MS }).catch(() => undefined);
  return Math.floor(Number(secondsFor(asked, await allowed()) ?? 0) / 60);
}
