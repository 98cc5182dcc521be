// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    AloneSettlement,
    AloneSettlementGivingBack,
    Settlement,
    SettlementGivingBack,
    SignedBooking
} from "../types/Calls.sol";
import {BookingId} from "../types/Ids.sol";

/// @title Batches: many bookings or settlements in one transaction, none of which can make another fail
interface IBatches {
    /// @notice An item was skipped and changed nothing; `reason` is its error, cut to 256 bytes.
    event BatchItemSkipped(uint256 indexed index, BookingId indexed bookingId, bytes reason);

    /// @notice Thrown when less gas is left for an item than its share; the whole batch reverts.
    error Batch_GasTooLow(uint256 index, uint256 gasLeft, uint256 needed);

    /// @notice Thrown when the share of gas per item is below what an item may need.
    error Batch_ItemGasTooLow(uint256 itemGas, uint256 limit);

    /// @notice Tries `book` for each in turn, as if the sender called it.
    /// @param itemGas The most gas that one item may use, at least 250,000.
    function bookAll(SignedBooking[] calldata bookings, uint256 itemGas) external;

    /// @notice Tries `settle` for each in turn, as if the sender called it.
    /// @param itemGas The most gas that one item may use, at least 250,000.
    function settleAll(Settlement[] calldata settlements, uint256 itemGas) external;

    /// @notice Tries `settleAlone` for each in turn, as if the sender called it.
    /// @param itemGas The most gas that one item may use, at least 250,000.
    function settleAllAlone(AloneSettlement[] calldata settlements, uint256 itemGas) external;

    /// @notice Tries `settleAndGiveBack` for each in turn, as if the sender called it.
    /// @param itemGas The most gas that one item may use, at least 250,000.
    function settleAllAndGiveBack(SettlementGivingBack[] calldata settlements, uint256 itemGas) external;

    /// @notice Tries `settleAloneAndGiveBack` for each in turn, as if the sender called it.
    /// @param itemGas The most gas that one item may use, at least 250,000.
    function settleAllAloneAndGiveBack(
        AloneSettlementGivingBack[] calldata settlements,
        uint256 itemGas
    ) external;
}
