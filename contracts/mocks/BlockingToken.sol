// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title Hostile as USDC can be: stops all transfers, or those from and to an account; anyone mints and tells
contract BlockingToken is ERC20 {
    error Blocking_Paused();

    error Blocking_Blocked(address account);

    bool public paused;
    mapping(address account => bool blocked) public isBlocked;

    constructor() ERC20("Blocking", "BLK") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function setPaused(bool paused_) external {
        paused = paused_;
    }

    function setBlocked(address account, bool blocked) external {
        isBlocked[account] = blocked;
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (paused) revert Blocking_Paused();
        if (isBlocked[from]) revert Blocking_Blocked(from);
        if (isBlocked[to]) revert Blocking_Blocked(to);
        super._update(from, to, amount);
    }
}
