// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Bounds} from "../libraries/Bounds.sol";
import {Cost} from "../libraries/Cost.sol";
import {Hours} from "../libraries/Hours.sol";
import {Times} from "../libraries/Times.sol";
import {Session} from "../types/Booking.sol";
import {WeeklyHours} from "../types/Listing.sol";
import {CompactSignature, Measure} from "../types/Reading.sol";
import {SignedTypes} from "../types/SignedTypes.sol";
import {BookingTerms, Tariff} from "../types/Terms.sol";

/// @title Exposes the pure libraries, many cases per call, so that they run the same vectors as TypeScript
contract LibraryHarness {
    function costs(
        Tariff[] calldata tariffs,
        Measure[] calldata measures,
        uint256[] calldata caps
    ) external pure returns (uint256[] memory results) {
        results = new uint256[](tariffs.length);
        for (uint256 i = 0; i < tariffs.length; ++i) {
            results[i] = Cost.roundedDown(tariffs[i], measures[i], caps[i]);
        }
    }

    /// @return results For each slot, whether it lies within the weekly hours.
    function withinHours(
        WeeklyHours[] calldata weeklyHours,
        uint256[] calldata slots
    ) external pure returns (bool[] memory results) {
        results = new bool[](slots.length);
        for (uint256 i = 0; i < slots.length; ++i) {
            results[i] = Hours.firstOutside(weeklyHours[i], slots[i], slots[i] + 1) != slots[i];
        }
    }

    function firstOutside(WeeklyHours hours_, uint256 first, uint256 count) external pure returns (uint256) {
        return Hours.firstOutside(hours_, first, first + count);
    }

    /// @return moments opens, start, end, closes, freeUntil, noshowFrom, and the earliest slot at `nowSec`.
    function times(
        Session session,
        BookingTerms terms,
        uint256 nowSec,
        uint256 bookedAt
    ) external pure returns (uint256[7] memory moments) {
        return
            [
                Times.opens(session, terms),
                Times.start(session),
                Times.end(session),
                Times.closes(session, terms),
                Times.freeUntil(session, terms, bookedAt),
                Times.noshowFrom(session, terms, bookedAt),
                Times.earliestSlot(nowSec, terms)
            ];
    }

    /// @return limits Bounds of each case: mayPay(a, b, c, d), energyLimitWh(a, b), noshowFee(a, b), lateFee(a, b),
    /// leastCap(a, b, c), forfeit(a, b, c), marketFee(a, b), leastPrice(a, b).
    function bounds(uint256[4][] calldata cases) external pure returns (uint256[8][] memory limits) {
        limits = new uint256[8][](cases.length);
        for (uint256 i = 0; i < cases.length; ++i) {
            uint256[4] calldata v = cases[i];
            limits[i] = [
                Bounds.mayPay(v[0], v[1], v[2], v[3]),
                Bounds.energyLimitWh(v[0], v[1]),
                Bounds.noshowFee(v[0], v[1]),
                Bounds.lateFee(v[0], v[1]),
                Bounds.leastCap(v[0], v[1], v[2]),
                Bounds.forfeit(v[0], v[1], v[2]),
                Bounds.marketFee(v[0], v[1]),
                v[1] <= 10_000 ? Bounds.leastPrice(v[0], v[1]) : 0
            ];
        }
    }

    function isSignedBy(
        CompactSignature calldata signature,
        address key,
        bytes32 digest
    ) external view returns (bool) {
        return signature.isBy(key, digest);
    }

    /// @return hashes In the order of SignedTypes.
    function typeHashes() external pure returns (bytes32[16] memory hashes) {
        return
            [
                SignedTypes.TERMS,
                SignedTypes.PUBLISH_LISTING,
                SignedTypes.SET_LISTING_STATUS,
                SignedTypes.AGENT_CONSENT,
                SignedTypes.INTENT,
                SignedTypes.READING,
                SignedTypes.ALLOWANCE,
                SignedTypes.GIVE_BACK,
                SignedTypes.OFFER,
                SignedTypes.CANCEL_BY_DRIVER,
                SignedTypes.CANCEL_BY_HOST,
                SignedTypes.ARRIVED,
                SignedTypes.NO_SHOW,
                SignedTypes.CHALLENGE,
                SignedTypes.WITHDRAW,
                SignedTypes.WITHDRAW_EARNINGS
            ];
    }
}
