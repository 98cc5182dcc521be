// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Booking, IntentLimits} from "../types/Booking.sol";
import {Authorization, EarningsWithdrawal, Withdrawal} from "../types/Funding.sol";
import {BookingId} from "../types/Ids.sol";
import {WeeklyHours} from "../types/Listing.sol";

/// @title Funding: money in and out by signature, so that a user needs no ether
interface IFunding {
    /// @notice Thrown when a relay fee is not less than the amount that is moved.
    error Account_RelayFeeTooHigh(uint256 relayFee, uint256 amount);

    /// @notice Thrown when a sender other than the named relayer sends a signed message.
    error Account_WrongRelayer(address relayer, address sender);

    /// @notice Thrown when an authorisation that books is not the driver's.
    error Account_NotDriver(address from, address driver);

    /// @notice Thrown when money is sent to the extension's own address: it would be lost there.
    error Market_ExtensionCalledDirectly();

    /// @notice A deposit whose allowance comes by ERC-2612. A permit that fails is ignored: somebody may have sent it
    /// already, and then the allowance exists.
    function depositWithPermit(
        address account,
        uint32 purse,
        uint256 amount,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;

    /// @notice A deposit by ERC-3009, sent by anyone.
    /// @param authorization Its nonce is `keccak256(abi.encode(DEPOSIT_PURPOSE, account, purse, salt))`.
    function depositWithAuthorization(
        address account,
        uint32 purse,
        bytes32 salt,
        Authorization calldata authorization
    ) external;

    /// @notice Funds and books with one signature of the driver: an ERC-3009 authorisation whose nonce is the EIP-712
    /// digest of the booking's `Intent`.
    function fundAndBook(
        Booking calldata booking,
        WeeklyHours weeklyHours,
        bytes32 placeHash,
        IntentLimits limits,
        Authorization calldata authorization
    ) external returns (BookingId bookingId);

    /// @notice `withdraw` by the account's signature of `Withdraw`, sent by anyone or by the named relayer.
    function withdrawBySignature(Withdrawal calldata withdrawal, bytes calldata signature) external;

    /// @notice `withdrawEarnings` by the host's signature of `WithdrawEarnings`.
    function withdrawEarningsBySignature(
        EarningsWithdrawal calldata withdrawal,
        bytes calldata signature
    ) external;
}
