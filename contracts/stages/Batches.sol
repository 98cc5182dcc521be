// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBatches} from "../interfaces/IBatches.sol";
import {IBookings} from "../interfaces/IBookings.sol";
import {ISettlements} from "../interfaces/ISettlements.sol";
import {Hashing} from "../libraries/Hashing.sol";
import {Booking} from "../types/Booking.sol";
import {
    AloneSettlement,
    AloneSettlementGivingBack,
    Settlement,
    SettlementGivingBack,
    SignedBooking
} from "../types/Calls.sol";

/// @title Batches: many bookings or settlements in one transaction
/// @notice Each item is a call of this contract to itself that keeps the sender. The EVM reverts a failed one as a
/// whole; each has the share of gas that the caller sets, and at most 256 bytes of what it returns are copied
/// (rule 16). No item runs the code of an account.
abstract contract Batches is IBatches {
    /// @dev The least share: a first booking with two new calendar words takes about 100,000.
    uint256 private constant ITEM_GAS_MIN = 250_000;

    /// @dev Gas that this contract spends on an item before its call: about 300.
    uint256 private constant OVERHEAD_GAS = 2_000;

    uint256 private constant REASON_MAX_BYTES = 256;

    /// @inheritdoc IBatches
    function bookAll(SignedBooking[] calldata bookings, uint256 itemGas) external {
        Booking calldata first;
        assembly ("memory-safe") {
            first := bookings.offset
        }
        _tryItems(IBookings.book.selector, first, bookings.length, 15 * 32, itemGas);
    }

    /// @inheritdoc IBatches
    function settleAll(Settlement[] calldata settlements, uint256 itemGas) external {
        Booking calldata first;
        assembly ("memory-safe") {
            first := settlements.offset
        }
        _tryItems(ISettlements.settle.selector, first, settlements.length, 17 * 32, itemGas);
    }

    /// @inheritdoc IBatches
    function settleAllAlone(AloneSettlement[] calldata settlements, uint256 itemGas) external {
        Booking calldata first;
        assembly ("memory-safe") {
            first := settlements.offset
        }
        _tryItems(ISettlements.settleAlone.selector, first, settlements.length, 19 * 32, itemGas);
    }

    /// @inheritdoc IBatches
    function settleAllAndGiveBack(SettlementGivingBack[] calldata settlements, uint256 itemGas) external {
        Booking calldata first;
        assembly ("memory-safe") {
            first := settlements.offset
        }
        _tryItems(ISettlements.settleAndGiveBack.selector, first, settlements.length, 20 * 32, itemGas);
    }

    /// @inheritdoc IBatches
    function settleAllAloneAndGiveBack(
        AloneSettlementGivingBack[] calldata settlements,
        uint256 itemGas
    ) external {
        Booking calldata first;
        assembly ("memory-safe") {
            first := settlements.offset
        }
        _tryItems(ISettlements.settleAloneAndGiveBack.selector, first, settlements.length, 22 * 32, itemGas);
    }

    /// @dev What must be left before an item's call. A 64th of the gas stays here (EIP-150): with less than this an item
    /// could fail only for lack of gas, and a sender could make the batch skip it that way.
    function _neededGas(uint256 itemGas) private pure returns (uint256) {
        if (itemGas < ITEM_GAS_MIN) revert Batch_ItemGasTooLow(itemGas, ITEM_GAS_MIN);
        return itemGas + itemGas / 63 + OVERHEAD_GAS;
    }

    /// @param booking The first item's first field: the items are static, and follow each other from there.
    /// @param size Bytes of an item.
    function _tryItems(
        bytes4 selector,
        Booking calldata booking,
        uint256 count,
        uint256 size,
        uint256 itemGas
    ) private {
        uint256 needed = _neededGas(itemGas);
        for (uint256 i = 0; i < count; ++i) {
            if (gasleft() < needed) revert Batch_GasTooLow(i, gasleft(), needed);
            bool done;
            // Memory beyond the free pointer is scratch: the next item overwrites it.
            assembly ("memory-safe") {
                let free := mload(0x40)
                mstore(free, selector)
                calldatacopy(add(free, 4), booking, size)
                done := delegatecall(itemGas, address(), free, add(size, 4), 0, 0)
            }
            if (!done) _logSkipped(i, booking);
            assembly ("memory-safe") {
                booking := add(booking, size)
            }
        }
    }

    function _logSkipped(uint256 index, Booking calldata booking) private {
        bytes memory reason = _reason();
        bytes32 termsHash = Hashing.ofTerms(booking.terms);
        emit BatchItemSkipped(index, Hashing.ofBooking(booking, termsHash), reason);
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
}
