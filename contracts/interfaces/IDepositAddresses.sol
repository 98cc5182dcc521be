// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @notice What the account takes out of one of its deposit addresses. Signed by the account (EIP-712).
struct Takeout {
    address account;
    uint32 purse;
    address token; // zero for ether
    address to;
    uint256 amount; // units of that token, or wei
    uint256 nonce; // the account's next nonce here
    uint256 validUntil; // unix seconds, exclusive
}

/// @title Deposit addresses: one for each purse, to which any wallet, exchange or ramp sends plain tokens
/// @notice An address is known before anything is there. A sweep by anyone deposits all of the market's token that it
/// holds into that purse, and can do nothing else; nobody is paid for it. Everything else that arrives there comes out
/// by the account's signature alone: other tokens, ether, and the market's token too, while the market or the token
/// refuses a deposit.
interface IDepositAddresses {
    /// @notice Something was taken out by its account.
    event TakenOut(
        address indexed account,
        uint32 indexed purse,
        address indexed token,
        address to,
        uint256 amount
    );

    /// @notice Thrown for the zero account, which owns no purse, and for the zero address as receiver.
    error Deposit_ZeroAddress();

    /// @notice Thrown when there is nothing to sweep.
    error Deposit_Nothing(address depositAddress);

    /// @notice Thrown when anyone but the contract of the deposit addresses tells one of them what to send.
    error Deposit_NotFactory(address caller);

    /// @notice Thrown when the account neither calls nor signed.
    error Deposit_InvalidSignature(address account);

    /// @notice Thrown when a signed message is used after it expired.
    error Deposit_SignatureExpired(uint256 validUntil, uint256 nowSec);

    /// @notice The deposit address of a purse.
    function addressOf(address account, uint32 purse) external view returns (address);

    /// @notice Deposits what the purse's address holds of the market's token into that purse.
    function sweep(address account, uint32 purse) external;

    /// @notice Sends a token or ether from a purse's address.
    /// @param signature The account's, or empty if the account calls.
    function takeOut(Takeout calldata takeout, bytes calldata signature) external;
}

/// @notice What a deposit address asks of the market.
interface IDepositMarket {
    function deposit(address account, uint32 purse, uint256 amount) external;

    function TOKEN() external view returns (IERC20);
}
