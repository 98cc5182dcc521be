// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Arithmetic} from "../libraries/Arithmetic.sol";
import {Hours} from "../libraries/Hours.sol";
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
            Measure m = measures[i];
            results[i] = tariffs[i].costOf(m.energyWh(), m.timeSec(), m.overstaySec(), caps[i]);
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
                session.opensAt(terms),
                session.startsAt(),
                session.endsAt(),
                session.closesAt(terms),
                session.freeUntil(terms, bookedAt),
                session.noshowFrom(terms, bookedAt),
                terms.earliestSlot(nowSec)
            ];
    }

    /// @return limits Bounds of each case: mayPay(a, b, c, d), energyLimitWh(a, b), noshowFee(a, b), lateFee(a, b),
    /// leastCap(a, b, c), forfeit(a, b, c), marketFee(a, b), leastPrice(a, b).
    function bounds(uint256[4][] calldata cases) external pure returns (uint256[8][] memory limits) {
        limits = new uint256[8][](cases.length);
        for (uint256 i = 0; i < cases.length; ++i) {
            uint256[4] calldata v = cases[i];
            limits[i] = [
                Arithmetic.mayPay(v[0], v[1], v[2], v[3]),
                Arithmetic.energyLimitWh(v[0], v[1]),
                Arithmetic.noshowFee(v[0], v[1]),
                Arithmetic.lateFee(v[0], v[1]),
                Arithmetic.leastCap(v[0], v[1], v[2]),
                Arithmetic.forfeit(v[0], v[1], v[2]),
                Arithmetic.marketFee(v[0], v[1]),
                v[1] <= 10_000 ? Arithmetic.leastPrice(v[0], v[1]) : 0
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
