// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BookingId, ListingId} from "../types/Ids.sol";

/// @title Accounts: the money of drivers in purses, the money of hosts in earnings
/// @notice Amounts are integers in token units. Money goes in by deposit and leaves by withdrawal only; the
/// market never pushes money to a party, so a party that cannot receive it blocks nobody else.
interface IAccounts {
    /// @notice Money arrived in a purse.
    event Deposited(address indexed account, uint32 indexed purse, uint256 amount, address from);

    /// @notice Money left a purse.
    event Withdrawn(address indexed account, uint32 indexed purse, uint256 amount, address to);

    /// @notice A host took earnings of a listing.
    event EarningsWithdrawn(address indexed host, ListingId indexed listingId, uint256 amount, address to);

    /// @notice A relayer was paid for sending a signed message.
    event RelayFeePaid(address indexed relayer, uint256 amount);

    /// @notice The market's part of what a charge cost was credited to `FEE_TO`.
    event MarketFeePaid(BookingId indexed bookingId, uint256 amount);

    /// @notice Thrown when the token has more decimals than the 64-bit balances can hold.
    error Market_TooManyDecimals(uint256 decimals, uint256 limit);

    /// @notice Thrown when a market is deployed with an impossible time or money constant.
    error Market_ConstantOutOfRange(uint256 value, uint256 limit);

    /// @notice Thrown when the extension's settings differ from the market's.
    error Market_ExtensionMismatch(address extension);

    /// @notice Thrown when the amount of a deposit or withdrawal is zero.
    error Account_ZeroAmount();

    /// @notice Thrown when money would be sent to, or credited to, the zero address.
    error Account_ZeroAddress();

    /// @notice Thrown when a purse or the earnings hold less than the amount.
    error Account_InsufficientBalance(uint256 balance, uint256 needed);

    /// @notice Thrown when a balance would not fit 64 bits.
    error Account_BalanceOverflow(uint256 balance, uint256 limit);

    /// @notice Thrown when the account did not make the signature.
    error Account_InvalidSignature(address account);

    /// @notice Thrown when a signed message is used after it expired.
    error Account_SignatureExpired(uint256 validUntil, uint256 nowSec);

    /// @notice Credits what the token actually delivers, measured as the difference of balances.
    /// @dev Assumes that balances of the token do not shrink: a rebasing token would break solvency. No code checks
    /// this; the deployer must choose another token.
    /// @param account Owner of the purse; it need not be the caller.
    /// @param purse Index of the purse.
    /// @param amount Token units to pull from the caller.
    function deposit(address account, uint32 purse, uint256 amount) external;

    /// @notice Sends free money of the caller's purse. Works while a booking is open and can never be paused.
    function withdraw(uint32 purse, uint256 amount, address to) external;

    /// @notice Sends a host's earnings of one listing. Works in every status of the listing.
    function withdrawEarnings(ListingId listingId, uint256 amount, address to) external;
}
