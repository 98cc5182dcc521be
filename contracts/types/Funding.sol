// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ListingId} from "./Ids.sol";

/// @notice An ERC-3009 `ReceiveWithAuthorization` to the market. It has no nonce: the market computes it from the
/// purpose of the money, so it cannot be used for another one.
struct Authorization {
    address from;
    uint256 value; // token units
    uint256 validAfter; // unix seconds
    uint256 validBefore; // unix seconds
    bytes signature; // r ‖ s ‖ v, or the form that a contract account accepts
}

/// @notice The EIP-712 message `Withdraw`.
struct Withdrawal {
    address account;
    uint32 purse;
    uint256 amount; // token units, the relay fee included
    address to;
    address relayer; // who may send it; zero means anyone
    uint256 relayFee; // token units, credited to the sender's purse 0
    uint256 nonce;
    uint64 validUntil; // unix seconds
}

/// @notice The EIP-712 message `WithdrawEarnings`.
struct EarningsWithdrawal {
    address host;
    ListingId listingId;
    uint256 amount; // token units, the relay fee included
    address to;
    address relayer; // who may send it; zero means anyone
    uint256 relayFee; // token units, credited to the sender's purse 0
    uint256 nonce;
    uint64 validUntil; // unix seconds
}
