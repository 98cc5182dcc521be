// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Settlement, SignedBooking} from "../types/Calls.sol";
import {BookingId} from "../types/Ids.sol";

/// @title Batches: many bookings or settlements in one transaction, none of which can make another fail
interface IBatches {
    /// @notice An item was skipped and changed nothing; `reason` is its error, cut to 256 bytes.
    event BatchItemSkipped(uint256 indexed index, BookingId indexed bookingId, bytes reason);

    /// @notice Thrown when an item with less than its share of gas failed; the whole batch reverts.
    error Batch_GasTooLow(uint256 index, uint256 gasLeft, uint256 needed);

    /// @notice Tries `book` for each in turn, as if the sender called it, with at most 250,000 gas.
    function bookAll(SignedBooking[] calldata bookings) external;

    /// @notice Tries `settle` for each in turn, as if the sender called it, with at most 250,000 gas.
    function settleAll(Settlement[] calldata settlements) external;
}
