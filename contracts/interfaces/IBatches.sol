// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BookingId} from "../types/Ids.sol";

/// @title Batches: many calls about bookings in one transaction, none of which can spoil another
interface IBatches {
    /// @notice An item was left out and left no trace; `reason` is its error, cut to 256 bytes.
    event BatchItemSkipped(uint256 indexed index, BookingId indexed bookingId, bytes reason);

    /// @notice Thrown when an item is not one of the calls that a batch takes.
    error Batch_CallNotAllowed(uint256 index, bytes4 selector);

    /// @notice Thrown when too little gas is left to give an item its share: nothing is done then.
    error Batch_GasTooLow(uint256 index, uint256 gasLeft, uint256 needed);

    /// @notice Tries each call in turn, as if the sender made it, with at most 250,000 gas.
    /// @param calls Calldata of `book`, `bookAsDriver` or `settle`.
    function tryAll(bytes[] calldata calls) external;
}
