// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBatches} from "../../contracts/interfaces/IBatches.sol";
import {IBookings} from "../../contracts/interfaces/IBookings.sol";
import {IClaims} from "../../contracts/interfaces/IClaims.sol";
import {ISettlements} from "../../contracts/interfaces/ISettlements.sol";
import {IWalletBookings} from "../../contracts/interfaces/IWalletBookings.sol";
import {Booking} from "../../contracts/types/Booking.sol";
import {AloneSettlement, GiveBack, Settlement, SignedBooking} from "../../contracts/types/Calls.sol";
import {WeeklyHours} from "../../contracts/types/Listing.sol";
import {CompactSignature, Measure, Reading} from "../../contracts/types/Reading.sol";
import {BookingState} from "../../contracts/types/State.sol";

/// @notice The calldata of the calls that every session makes, in one place.
library MarketCalls {
    /// @notice The fields of a listing that a booking call needs.
    struct Listed {
        WeeklyHours weeklyHours;
        bytes32 placeHash;
    }

    /// @notice A reading and its two signatures.
    struct Signed {
        Reading reading;
        CompactSignature agent;
        CompactSignature session;
    }

    uint256 private constant ITEM_GAS = 250_000;

    /// @notice The reading as calls without a state take it: with the time of the booking in its spare bits.
    function dated(Reading memory reading, uint256 bookedAt) internal pure returns (Reading memory) {
        Measure measure = Measure.wrap(Measure.unwrap(reading.measure) | (bookedAt << 200));
        return Reading(measure, reading.evidenceHash, reading.registersCommitment);
    }

    function bookAsDriver(Booking memory booking, Listed memory listed) internal pure returns (bytes memory) {
        return abi.encodeCall(IBookings.bookAsDriver, (booking, listed.weeklyHours, listed.placeHash));
    }

    function book(SignedBooking memory signed) internal pure returns (bytes memory) {
        return abi.encodeCall(IBookings.book, (signed));
    }

    /// @dev The same booking with the signature in bytes.
    function bookByWallet(SignedBooking memory signed) internal pure returns (bytes memory) {
        uint256 vs = uint256(signed.driverSignature.vs);
        bytes memory signature = abi.encodePacked(
            signed.driverSignature.r,
            (vs << 1) >> 1,
            uint8(27 + (vs >> 255))
        );
        return
            abi.encodeCall(
                IWalletBookings.bookByWallet,
                (signed.booking, signed.weeklyHours, signed.placeHash, signed.limits, signature)
            );
    }

    /// @dev Only from the state as booked.
    function settle(Settlement memory settlement) internal pure returns (bytes memory) {
        return abi.encodeCall(ISettlements.settle, (settlement));
    }

    function settleAndGiveBack(
        Settlement memory settlement,
        GiveBack memory given
    ) internal pure returns (bytes memory) {
        return abi.encodeCall(ISettlements.settleAndGiveBack, (settlement, given));
    }

    function settleAlone(AloneSettlement memory settlement) internal pure returns (bytes memory) {
        return abi.encodeCall(ISettlements.settleAlone, (settlement));
    }

    function settleAloneAndGiveBack(
        AloneSettlement memory settlement,
        GiveBack memory given
    ) internal pure returns (bytes memory) {
        return abi.encodeCall(ISettlements.settleAloneAndGiveBack, (settlement, given));
    }

    function settleFrom(
        Booking memory booking,
        BookingState memory state,
        Signed memory signed
    ) internal pure returns (bytes memory) {
        return
            abi.encodeCall(
                IClaims.settleFrom,
                (booking, state, signed.reading, signed.agent, signed.session)
            );
    }

    function bookAll(SignedBooking[] memory bookings) internal pure returns (bytes memory) {
        return abi.encodeCall(IBatches.bookAll, (bookings, ITEM_GAS));
    }

    function settleAll(Settlement[] memory settlements) internal pure returns (bytes memory) {
        return abi.encodeCall(IBatches.settleAll, (settlements, ITEM_GAS));
    }

    function settleAllAlone(AloneSettlement[] memory settlements) internal pure returns (bytes memory) {
        return abi.encodeCall(IBatches.settleAllAlone, (settlements, ITEM_GAS));
    }
}
