// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Cost} from "../libraries/Cost.sol";
import {Hours} from "../libraries/Hours.sol";
import {Times} from "../libraries/Times.sol";
import {Session} from "../types/Booking.sol";
import {WeeklyHours} from "../types/Listing.sol";
import {Measure} from "../types/Reading.sol";
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

    /// @return moments opens, start, end, closes, cancelBy, and the earliest slot at `nowSec`.
    function times(
        Session session,
        BookingTerms terms,
        uint256 nowSec
    ) external pure returns (uint256[6] memory moments) {
        return
            [
                Times.opens(session, terms),
                Times.start(session),
                Times.end(session),
                Times.closes(session, terms),
                Times.cancelBy(session, terms),
                Times.earliestSlot(nowSec, terms)
            ];
    }

    /// @return hashes In the order of SignedTypes.
    function typeHashes() external pure returns (bytes32[13] memory hashes) {
        return
            [
                SignedTypes.TERMS,
                SignedTypes.PUBLISH_LISTING,
                SignedTypes.SET_LISTING_STATUS,
                SignedTypes.AGENT_CONSENT,
                SignedTypes.INTENT,
                SignedTypes.READING,
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
