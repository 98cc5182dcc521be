// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBatches} from "../interfaces/IBatches.sol";
import {IBookings} from "../interfaces/IBookings.sol";
import {ISettlements} from "../interfaces/ISettlements.sol";
import {Hashing} from "../libraries/Hashing.sol";
import {Booking} from "../types/Booking.sol";
import {BookingId} from "../types/Ids.sol";

/// @title Batches: many calls about bookings in one transaction
/// @notice Each item is a call of this contract to itself that keeps the sender. The EVM undoes a failed one whole, so
/// that it leaves no trace; a fixed share of gas bounds what a wallet or token of one item can burn; and no more than
/// 256 bytes of what it returns are ever copied (rule 16).
abstract contract Batches is IBatches {
    /// @dev A first booking with two new calendar words and a contract wallet's signature takes about 150,000.
    uint256 private constant ITEM_GAS = 250_000;

    uint256 private constant REASON_MAX_BYTES = 256;

    /// @dev Bytes of a `Booking` in calldata, after the selector.
    uint256 private constant BOOKING_BYTES = 11 * 32;

    /// @inheritdoc IBatches
    function tryAll(bytes[] calldata calls) external {
        for (uint256 i = 0; i < calls.length; ++i) {
            bytes calldata item = calls[i];
            _requireAllowed(i, bytes4(item));
            // A 64th of the gas stays here (EIP-150): what is left must hold the item's share all the same, else a
            // sender could have an item fail for want of gas.
            uint256 needed = ITEM_GAS + ITEM_GAS / 63 + 1;
            if (gasleft() < needed) revert Batch_GasTooLow(i, gasleft(), needed);
            if (!_try(item)) emit BatchItemSkipped(i, _bookingIdIn(item), _reason());
        }
    }

    /// @dev Scratch memory only: the next item overwrites it.
    function _try(bytes calldata item) private returns (bool done) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, item.offset, item.length)
            done := delegatecall(ITEM_GAS, address(), free, item.length, 0, 0)
        }
    }

    /// @dev What the last call returned, cut.
    function _reason() private pure returns (bytes memory reason) {
        uint256 size;
        assembly ("memory-safe") {
            size := returndatasize()
        }
        if (size > REASON_MAX_BYTES) size = REASON_MAX_BYTES;
        reason = new bytes(size);
        assembly ("memory-safe") {
            returndatacopy(add(reason, 0x20), 0, size)
        }
    }

    /// @dev Every call that is allowed begins with the booking. Too short to hold one: zero.
    function _bookingIdIn(bytes calldata item) private view returns (BookingId) {
        if (item.length < 4 + BOOKING_BYTES) return BookingId.wrap(0);
        Booking calldata booking;
        assembly ("memory-safe") {
            booking := add(item.offset, 4)
        }
        return Hashing.ofBooking(booking, Hashing.ofTerms(booking.terms));
    }

    function _requireAllowed(uint256 index, bytes4 selector) private pure {
        if (
            selector != ISettlements.settle.selector &&
            selector != IBookings.book.selector &&
            selector != IBookings.bookAsDriver.selector
        ) revert Batch_CallNotAllowed(index, selector);
    }
}
