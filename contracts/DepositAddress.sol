// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {IDepositAddresses, IDepositMarket} from "./interfaces/IDepositAddresses.sol";

/// @title The code of all deposit addresses
/// @notice Each one is a clone whose own code ends in its account and purse, so that nobody can name it another.
contract DepositAddress {
    using SafeERC20 for IERC20;

    address private immutable FACTORY = msg.sender;
    IDepositMarket private immutable MARKET;
    IERC20 private immutable TOKEN;

    constructor(IDepositMarket market) {
        MARKET = market;
        TOKEN = market.TOKEN();
    }

    /// @dev Ether can be sent here before there is any code, so it is taken afterwards too.
    receive() external payable {}

    /// @notice Deposits all that this address holds of the market's token into its purse. Anyone may call.
    function sweep() external {
        uint256 amount = TOKEN.balanceOf(address(this));
        if (amount == 0) revert IDepositAddresses.Deposit_Nothing(address(this));
        bytes memory args = Clones.fetchCloneArgs(address(this));
        // 20 bytes of the account, and 4 of the purse.
        uint256 word = uint256(bytes32(args)) >> 64;
        TOKEN.forceApprove(address(MARKET), amount);
        MARKET.deposit(address(uint160(word >> 32)), uint32(word), amount);
    }

    /// @notice Sends a token, or ether for the zero token. The factory checks who asks.
    function send(address token, address to, uint256 amount) external {
        if (msg.sender != FACTORY) revert IDepositAddresses.Deposit_NotFactory(msg.sender);
        if (token == address(0)) {
            Address.sendValue(payable(to), amount);
        } else {
            IERC20(token).safeTransfer(to, amount);
        }
    }
}
